import { dataEntry } from "./dataEntry";
import type { DataOf } from "./aclSource";
import type { Resource } from "./resource";
import { list, text, Unknown, type Value } from "./value";
import type { Container } from "./workload";

/** What is known of a file that a container reads. */
export type MountedFile =
  | { readonly state: "known"; readonly text: string; readonly resource: Resource; readonly inSecret: boolean }
  | { readonly state: "unknown"; readonly why: string }
  /** Certainly not there. */
  | { readonly state: "missing"; readonly why: string };

/** Where a container's files come from. */
export interface Place {
  readonly namespace: string | undefined;
  readonly podSpec: Value;
  readonly container: Container;
  readonly dataOf: DataOf;
}

/**
 * Follows a path through the container's mounts to the Secret or ConfigMap that holds it.
 * @returns undefined where nothing is mounted there: the image may hold the file.
 */
export function mountedFile(place: Place, path: string): MountedFile | undefined {
  for (const mount of list(place.container.body, "volumeMounts")) {
    const file = fileBelow(path, text(mount, "mountPath") ?? "", text(mount, "subPath"));
    if (file === undefined) continue;
    const volume = list(place.podSpec, "volumes").find((each) => text(each, "name") === text(mount, "name"));
    return inVolume(place, volume, file);
  }
  return undefined;
}

function fileBelow(path: string, mountPath: string, subPath: string | undefined): string | undefined {
  if (subPath !== undefined && path === mountPath) return subPath;
  const folder = mountPath.replace(/\/$/, "");
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}

interface Source {
  readonly kind: "Secret" | "ConfigMap";
  readonly name: string;
  readonly items: readonly Value[];
}

/** A volume's objects; those of a projected one are laid over each other. */
function sourcesOf(volume: Value | undefined): readonly Source[] {
  const of = (body: Value | undefined, nameKey: "secretName" | "name"): readonly Source[] => {
    const secret = text(body, "secret", nameKey);
    const configMap = text(body, "configMap", "name");
    return [
      ...(secret === undefined ? [] : [source("Secret", secret, list(body, "secret", "items"))]),
      ...(configMap === undefined ? [] : [source("ConfigMap", configMap, list(body, "configMap", "items"))]),
    ];
  };
  const projected = list(volume, "projected", "sources").flatMap((each) => of(each, "name"));
  return [...of(volume, "secretName"), ...projected];
}

const source = (kind: Source["kind"], name: string, items: readonly Value[]): Source => ({ kind, name, items });

function inVolume({ namespace, dataOf }: Place, volume: Value | undefined, file: string): MountedFile {
  const sources = sourcesOf(volume);
  if (sources.length === 0) return { state: "unknown", why: "is on a volume whose content is not known" };
  let unknown: string | undefined;
  for (const { kind, name, items } of sources.toReversed()) {
    const item = items.find((each) => text(each, "path") === file);
    if (items.length > 0 && item === undefined) continue;
    const object = dataOf(kind, namespace, name);
    const content = object === undefined ? undefined : dataEntry(object, text(item, "key") ?? file);
    if (object === undefined) unknown = `is in ${kind} ${name}, which is not in this stack`;
    else if (content instanceof Unknown) unknown = `in ${kind} ${name} is not known yet`;
    else if (content !== undefined)
      return { state: "known", text: content, resource: object.resource, inSecret: kind === "Secret" };
  }
  if (unknown !== undefined) return { state: "unknown", why: unknown };
  const [first] = sources;
  return { state: "missing", why: `${first?.kind ?? "object"} ${first?.name ?? ""} has no such key` };
}
