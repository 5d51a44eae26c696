import { map, peek, strings, text, Unknown, type Value } from "./value";
import type { Resource } from "./resource";

/** A Kubernetes object seen apart from how Pulumi carries it. */
export interface KubeObject {
  readonly resource: Resource;
  /** "" for the core group, "apps", "cilium.io" and so on. */
  readonly group: string;
  readonly kind: string;
  /** "default" where none is given; undefined where it is not known yet. */
  readonly namespace: string | undefined;
  /** Pulumi's name where the object's own is not known or left to auto-naming. */
  readonly name: string;
  readonly body: Value;
}

const TOKEN = /^kubernetes:([^:]+):([A-Za-z0-9]+)$/;

/** @returns undefined for whatever is no Kubernetes object: providers, charts, components. */
export function kubeObject(resource: Resource): KubeObject | undefined {
  const token = TOKEN.exec(resource.type);
  if (token === null) return undefined;
  const [, groupVersion = "", tokenKind = ""] = token;
  if (groupVersion.startsWith("helm.sh/") || groupVersion.startsWith("yaml") || groupVersion.startsWith("kustomize"))
    return undefined;
  const apiVersion = peek(resource.props, "apiVersion");
  const kind = peek(resource.props, "kind");
  const written = typeof apiVersion === "string" ? apiVersion : groupVersion;
  const namespace = peek(resource.props, "metadata", "namespace");
  const name = peek(resource.props, "metadata", "name");
  return {
    resource,
    group: groupOf(written),
    kind: typeof kind === "string" ? kind : tokenKind,
    namespace:
      namespace instanceof Unknown
        ? undefined
        : typeof namespace === "string" && namespace !== ""
          ? namespace
          : "default",
    name: typeof name === "string" && name !== "" ? name : resource.name,
    body: resource.props,
  };
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  return group === "core" ? "" : group;
}

/** @throws UnknownValue */
export const labels = (object: KubeObject): Readonly<Record<string, string>> =>
  strings(map(object.body, "metadata", "labels"));
/** @throws UnknownValue */
export const annotation = (object: KubeObject, name: string): string | undefined =>
  text(object.body, "metadata", "annotations", name);
