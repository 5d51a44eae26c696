import type { Cache, DataOf } from "./cache";
import { carriers } from "./caches";
import { kubeObject, type KubeObject } from "./kube";
import type { Resource } from "./resource";
import { UnknownValue } from "./value";
import { Network } from "../network/network";
import type { UnreadPolicy } from "../network/policyIndex";

/** Something that could not be read because a part of it is not known yet. */
export interface Unread {
  readonly resource: Resource;
  readonly why: string;
}

/** The resources of one stack and what is seen in them. Everything is computed once, on first use. */
export class Stack {
  readonly objects: readonly KubeObject[];
  private readonly byKind: ReadonlyMap<string, readonly KubeObject[]>;
  private seenCaches: { caches: readonly Cache[]; unread: readonly Unread[] } | undefined;
  private seenNetwork: Network | undefined;

  constructor(
    readonly name: string,
    readonly resources: readonly Resource[],
  ) {
    this.objects = resources.map(kubeObject).filter((object) => object !== undefined);
    const byKind = new Map<string, KubeObject[]>();
    for (const object of this.objects) {
      const key = `${object.group}/${object.kind}`;
      const known = byKind.get(key);
      if (known === undefined) byKind.set(key, [object]);
      else known.push(object);
    }
    this.byKind = byKind;
  }

  /** Every server of the cache, and what may be one but could not be read. */
  get caches(): readonly Cache[] {
    return this.servers().caches;
  }

  get unreadCaches(): readonly Unread[] {
    return this.servers().unread;
  }

  get network(): Network {
    this.seenNetwork ??= new Network(
      this.objects,
      this.caches.flatMap(({ resource, namespace, ownPolicies }): UnreadPolicy[] =>
        ownPolicies === undefined ? [] : [{ resource, why: ownPolicies, namespace, effect: "adds" }],
      ),
    );
    return this.seenNetwork;
  }

  ofKind(group: string, kind: string): readonly KubeObject[] {
    return this.byKind.get(`${group}/${kind}`) ?? [];
  }

  private servers(): { caches: readonly Cache[]; unread: readonly Unread[] } {
    if (this.seenCaches !== undefined) return this.seenCaches;
    const data = new Map<string, KubeObject>();
    for (const object of [...this.ofKind("", "Secret"), ...this.ofKind("", "ConfigMap")]) {
      const key = JSON.stringify([object.kind, object.namespace, object.name]);
      if (!data.has(key)) data.set(key, object);
    }
    const dataOf: DataOf = (kind, namespace, name) => data.get(JSON.stringify([kind, namespace, name]));
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
    for (const { resource, find } of carriers(this.objects, this.resources, dataOf)) read(resource, find);
    this.seenCaches = { caches, unread };
    return this.seenCaches;
  }
}
