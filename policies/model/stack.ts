import { cachesOf, helmReleaseCaches, type Cache, type DataOf } from "./cache";
import { kubeObject, type KubeObject } from "./kube";
import type { Resource } from "./resource";
import { UnknownValue } from "./value";
import { Network } from "../network/network";

/** Something that could not be read because a part of it is not known yet. */
export interface Unread {
  readonly resource: Resource;
  readonly why: string;
}

/** The resources of one stack and what is seen in them. Everything is computed once, on first use. */
export class Stack {
  readonly objects: readonly KubeObject[];
  private seenCaches: { caches: readonly Cache[]; unread: readonly Unread[] } | undefined;
  private seenNetwork: Network | undefined;

  constructor(
    readonly name: string,
    readonly resources: readonly Resource[],
  ) {
    this.objects = resources.map(kubeObject).filter((object) => object !== undefined);
  }

  /** Every server of the cache, and what may be one but could not be read. */
  get caches(): readonly Cache[] {
    return this.servers().caches;
  }

  get unreadCaches(): readonly Unread[] {
    return this.servers().unread;
  }

  get network(): Network {
    this.seenNetwork ??= new Network(this.objects);
    return this.seenNetwork;
  }

  ofKind(group: string, kind: string): readonly KubeObject[] {
    return this.objects.filter((object) => object.group === group && object.kind === kind);
  }

  private servers(): { caches: readonly Cache[]; unread: readonly Unread[] } {
    if (this.seenCaches !== undefined) return this.seenCaches;
    const dataOf: DataOf = (kind, namespace, name) =>
      this.objects.find(
        (object) =>
          object.group === "" && object.kind === kind && object.namespace === namespace && object.name === name,
      );
    const caches: Cache[] = [];
    const unread: Unread[] = [];
    const read = (resource: Resource, find: () => Cache[]): void => {
      try {
        caches.push(...find());
      } catch (error) {
        if (!(error instanceof UnknownValue)) throw error;
        unread.push({ resource, why: error.message });
      }
    };
    for (const object of this.objects) read(object.resource, () => cachesOf(object, dataOf));
    for (const resource of this.resources) read(resource, () => helmReleaseCaches(resource, dataOf));
    this.seenCaches = { caches, unread };
    return this.seenCaches;
  }
}
