import { dataEntry, type Cache } from "./cache";
import type { KubeObject } from "./kube";
import type { Resource } from "./resource";
import type { Stack } from "./stack";
import { list, peek, plain, text, Unknown, type Value } from "./value";

/** A JSON file that tells the processes beside a server what to do, and the object that holds it. */
export interface MountedJson {
  readonly resource: Resource;
  /** Undefined where it is not known yet, or cannot be read. */
  readonly content: Value | undefined;
  /** Why it cannot be read, where it cannot. */
  readonly fault: string | undefined;
}

/**
 * The file of that name in what a server's pod mounts.
 * @param check gives the reason where what was read is of no use.
 * @returns undefined where the pod has no such file. @throws UnknownValue
 */
export function mountedJson(
  cache: Cache,
  stack: Stack,
  key: string,
  check: (content: Value) => string | undefined,
): MountedJson | undefined {
  const holders = stack.objects.filter((each) => each.group === "" && ["ConfigMap", "Secret"].includes(each.kind));
  let maybeHolder: Resource | undefined;
  for (const volume of list(cache.podSpec, "volumes")) {
    const name = text(volume, "configMap", "name") ?? text(volume, "secret", "secretName");
    if (name === undefined) continue;
    const holder = holders.find((each) => each.namespace === cache.namespace && each.name === name);
    const written = holder === undefined ? undefined : dataEntry(holder, key);
    if (holder !== undefined && typeof written === "string")
      return { resource: holder.resource, ...read(written, check) };
    // A volume whose object is not known yet may well be the one.
    const isUnknown = written instanceof Unknown && holder?.kind === "ConfigMap";
    if (isUnknown || cache.namespace === undefined || (holder === undefined && holders.some(isNameless)))
      maybeHolder ??= holder?.resource ?? cache.resource;
  }
  return maybeHolder === undefined ? undefined : { resource: maybeHolder, content: undefined, fault: undefined };
}

const isNameless = (object: KubeObject): boolean =>
  object.namespace === undefined || peek(object.body, "metadata", "name") instanceof Unknown;

function read(written: string, check: (content: Value) => string | undefined): Pick<MountedJson, "content" | "fault"> {
  try {
    const content = plain(JSON.parse(written)).value;
    const fault = check(content);
    return fault === undefined ? { content, fault } : { content: undefined, fault };
  } catch {
    return { content: undefined, fault: "it is not JSON" };
  }
}
