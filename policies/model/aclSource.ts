import { plainFlag, type Flags } from "./flags";
import type { KubeObject } from "./kube";
import type { Resource } from "./resource";
import { list, peek, text, Unknown, type Value } from "./value";
import type { Container } from "./workload";

/** What is known of the file, or the lack of it, from which a server takes its users. */
export type AclSource =
  | {
      readonly state: "known";
      readonly text: string;
      readonly resource: Resource;
      readonly key: string;
      readonly inSecret: boolean;
    }
  | { readonly state: "unknown"; readonly why: string }
  | { readonly state: "absent" }
  /** Named, and certainly not there when the server starts. */
  | { readonly state: "missing"; readonly why: string };

/** Finds a Secret's or ConfigMap's data. */
export type DataOf = (
  kind: "Secret" | "ConfigMap",
  namespace: string | undefined,
  name: string,
) => KubeObject | undefined;

/** Whether a password for the unnamed user is set. */
export type Requirepass = "set" | "absent" | "unknown";

export function requirepass(started: Flags): Requirepass {
  const found = started.get("requirepass");
  if (found === undefined) return "absent";
  if (found.from === "unknown") return "unknown";
  return found.from === "secret" || (found.value !== "" && found.value !== "true") ? "set" : "absent";
}

/** Follows --aclfile through the container's mounts to the Secret or ConfigMap that holds the file. */
export function mountedAcl(
  namespace: string | undefined,
  podSpec: Value,
  container: Container,
  started: Flags,
  dataOf: DataOf,
): AclSource {
  const path = plainFlag(started, "aclfile");
  // A flag without a value reads "true".
  if (!started.has("aclfile") || path === "" || path === "true") return { state: "absent" };
  if (path === undefined) return { state: "unknown", why: "--aclfile is not known yet" };
  for (const mount of list(container.body, "volumeMounts")) {
    const mountPath = text(mount, "mountPath") ?? "";
    const subPath = text(mount, "subPath");
    const file =
      path === mountPath && subPath !== undefined
        ? subPath
        : path.startsWith(`${mountPath.replace(/\/$/, "")}/`)
          ? path.slice(mountPath.replace(/\/$/, "").length + 1)
          : undefined;
    if (file === undefined) continue;
    const volume = list(podSpec, "volumes").find((each) => text(each, "name") === text(mount, "name"));
    const source = volumeSource(volume);
    if (source === undefined)
      return { state: "unknown", why: "the file that --aclfile names is on a volume whose content is not known" };
    const item = source.items.find((each) => text(each, "path") === file);
    return aclIn(source.kind, namespace, source.name, item === undefined ? file : (text(item, "key") ?? file), dataOf);
  }
  return { state: "missing", why: "the file that --aclfile names is mounted from nothing" };
}

function volumeSource(
  volume: Value | undefined,
): { kind: "Secret" | "ConfigMap"; name: string; items: readonly Value[] } | undefined {
  const secret = text(volume, "secret", "secretName");
  if (secret !== undefined) return { kind: "Secret", name: secret, items: list(volume, "secret", "items") };
  const configMap = text(volume, "configMap", "name");
  if (configMap !== undefined) return { kind: "ConfigMap", name: configMap, items: list(volume, "configMap", "items") };
  for (const source of list(volume, "projected", "sources")) {
    const projected = text(source, "secret", "name");
    if (projected !== undefined) return { kind: "Secret", name: projected, items: list(source, "secret", "items") };
  }
  return undefined;
}

export function aclIn(
  kind: "Secret" | "ConfigMap",
  namespace: string | undefined,
  name: string,
  key: string,
  dataOf: DataOf,
): AclSource {
  const object = dataOf(kind, namespace, name);
  if (object === undefined)
    return { state: "unknown", why: `${kind} ${name}, which holds the ACL file, is not in this stack` };
  const content = dataEntry(object, key);
  if (content === undefined)
    return { state: "missing", why: `${kind} ${name} has no key ${key}, which should hold the ACL file` };
  if (content instanceof Unknown) return { state: "unknown", why: `the ACL file in ${kind} ${name} is not known yet` };
  return { state: "known", text: content, resource: object.resource, key, inSecret: kind === "Secret" };
}

/** One entry of a Secret (decoded) or ConfigMap; undefined where there is none. */
export function dataEntry(object: KubeObject, key: string): string | Unknown | undefined {
  const written = peek(object.body, "stringData", key);
  if (typeof written === "string" || written instanceof Unknown) return written;
  const data = peek(object.body, "data", key);
  if (data instanceof Unknown) return data;
  if (typeof data !== "string") return undefined;
  return object.kind === "Secret" ? Buffer.from(data, "base64").toString("utf8") : data;
}
