import { dataEntry } from "./dataEntry";
import { plainFlag, type Flags } from "./flags";
import type { KubeObject } from "./kube";
import type { Resource } from "./resource";
import { mountedFile, type Place } from "./mountedFile";
import { Unknown, Unreadable } from "./value";

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
  const found = readable(() => started.get("requirepass"));
  if (found instanceof Unreadable) return "unknown";
  if (found === undefined) return "absent";
  if (found.from === "unknown") return "unknown";
  return found.from === "secret" || (found.value !== "" && found.value !== "true") ? "set" : "absent";
}

/** What a flag says, or why that cannot be read. */
function readable<T>(read: () => T): T | Unreadable {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unreadable) return error;
    throw error;
  }
}

/** Follows --aclfile through the container's mounts to the Secret or ConfigMap that holds the file. */
export function mountedAcl(place: Place, started: Flags): AclSource {
  const flag = readable(() => started.get("aclfile"));
  if (flag instanceof Unreadable) return { state: "unknown", why: flag.message };
  if (flag === undefined) return { state: "absent" };
  const path = plainFlag(started, "aclfile");
  // A flag without a value reads "true".
  if (path === "" || path === "true" || path === '""') return { state: "absent" };
  if (path === undefined) return { state: "unknown", why: "--aclfile is not known yet" };
  const file = mountedFile(place, path);
  if (file === undefined) return { state: "missing", why: "the file that --aclfile names is mounted from nothing" };
  if (file.state === "known") return { ...file, key: path };
  return {
    state: file.state,
    why: file.state === "unknown" ? `the ACL file ${file.why}` : `the ACL file: ${file.why}`,
  };
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
