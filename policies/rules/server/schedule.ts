import { SNAPSHOTS_FILE } from "../../../contract/mounts";
import { siteFile } from "../../acl/users";
import type { Cache } from "../../model/cache";
import { booleanFlag, listFlag, plainFlag } from "../../model/flags";
import type { Resource } from "../../model/resource";
import type { Stack } from "../../model/stack";
import { mountedJson, type MountedJson } from "../../model/mountedJson";
import { at, peek, text } from "../../model/value";

/** When a server writes snapshots, and where that is said. */
export type Schedule =
  | { readonly state: "cron"; readonly cron: string; readonly resource: Resource }
  | { readonly state: "points"; readonly resource: Resource }
  | { readonly state: "never"; readonly resource: Resource }
  | { readonly state: "unknown"; readonly resource: Resource };

/**
 * The files of guard and snapshot container count; without either, the operator's and the server's own settings.
 * @throws UnknownValue
 */
export function schedulesOf(cache: Cache, stack: Stack): readonly Schedule[] {
  const site = mountedSchedule(siteFile(cache, stack), "snapshotCron");
  const store = mountedSchedule(snapshotsFile(cache, stack), "cron");
  // The guard may leave it to the container beside it.
  if (store !== undefined) return site === undefined || site.state === "never" ? [store] : [site, store];
  return [site ?? ownSchedule(cache)];
}

function mountedSchedule(file: MountedJson | undefined, key: string): Schedule | undefined {
  if (file === undefined || file.fault !== undefined) return undefined;
  const { content, resource } = file;
  if (content === undefined) return { state: "unknown", resource };
  const cron = text(content, key);
  return cron === undefined || cron === "" ? { state: "never", resource } : { state: "cron", cron, resource };
}

function ownSchedule(cache: Cache): Schedule {
  const { resource } = cache;
  const own = cache.carrier === "Dragonfly" ? text(cache.container.body, "snapshot", "cron") : undefined;
  if (own !== undefined && own !== "") return { state: "cron", cron: own, resource };
  if (cache.engine === "redis") return redisSchedule(cache);
  const cron = plainFlag(cache.flags, "snapshot_cron");
  if (cron !== undefined && cron !== "") return { state: "cron", cron, resource };
  return { state: cache.flags.get("snapshot_cron")?.from === "unknown" ? "unknown" : "never", resource };
}

/** Without a word on it Redis saves by points in time; `save ""` takes all of them away; a log of writes is as good. */
function redisSchedule(cache: Cache): Schedule {
  const { resource, flags } = cache;
  if (booleanFlag(flags, "appendonly") === true) return { state: "points", resource };
  if (flags.get("save")?.from === "unknown") return { state: "unknown", resource };
  const written = listFlag(flags, "save");
  const last = written.at(-1);
  // "--save" alone is how "no points" reads as well.
  return { state: last === undefined || /^\d+ \d+/.test(last) ? "points" : "never", resource };
}

const SNAPSHOTS_KEY = SNAPSHOTS_FILE;

/** The configuration of the container that stores snapshots. @throws UnknownValue */
export const snapshotsFile = (cache: Cache, stack: Stack): MountedJson | undefined =>
  mountedJson(cache, stack, SNAPSHOTS_KEY, (content) =>
    typeof peek(content, "bucket") === "string" && typeof peek(content, "prefix") === "string"
      ? undefined
      : "it names no bucket and prefix",
  );

/** A folder in object storage that snapshots go to. */
export interface SnapshotFolder {
  readonly resource: Resource;
  /** Of which server, and which bucket there. */
  readonly bucket: string;
  /** Without slashes at its ends; "" for the top of the bucket. */
  readonly prefix: string;
  /** The site that the writer takes itself for. */
  readonly site: string | undefined;
}

/** Where a server and the container beside it store snapshots outside of its own volume. @throws UnknownValue */
export function snapshotFolders(cache: Cache, stack: Stack): readonly SnapshotFolder[] {
  const bare = (path: string): string => path.replace(/^\/+|\/+$/g, "");
  const own =
    plainFlag(cache.flags, "dir") ??
    (cache.carrier === "Dragonfly" ? asText(at(cache.container.body, "snapshot", "dir")) : undefined);
  const [, bucket, path] = /^((?:s3|gs):\/\/[^/]*)(.*)$/.exec(own ?? "") ?? [];
  const folders: SnapshotFolder[] =
    bucket === undefined ? [] : [{ resource: cache.resource, bucket, prefix: bare(path ?? ""), site: undefined }];
  const mounted = snapshotsFile(cache, stack);
  if (mounted?.content === undefined) return folders;
  const { content, resource } = mounted;
  const server = text(content, "endpoint") ?? "s3";
  return [
    ...folders,
    {
      resource,
      bucket: `${server}/${text(content, "bucket") ?? ""}`,
      prefix: bare(text(content, "prefix") ?? ""),
      site: text(content, "site"),
    },
  ];
}

const asText = (value: ReturnType<typeof at>): string | undefined => (typeof value === "string" ? value : undefined);
