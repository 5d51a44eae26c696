import { siteFile } from "../../acl/users";
import type { Cache } from "../../model/cache";
import { plainFlag } from "../../model/flags";
import type { Resource } from "../../model/resource";
import type { Stack } from "../../model/stack";
import { at, text } from "../../model/value";

/** When a server writes snapshots, and where that is said. */
export type Schedule =
  | { readonly state: "cron"; readonly cron: string; readonly resource: Resource }
  | { readonly state: "points"; readonly resource: Resource }
  | { readonly state: "never"; readonly resource: Resource }
  | { readonly state: "unknown"; readonly resource: Resource };

/** What the guard is told counts first; then the operator's and the server's own settings. @throws UnknownValue */
export function scheduleOf(cache: Cache, stack: Stack): Schedule {
  const site = siteFile(cache, stack);
  if (site !== undefined && site.fault === undefined) {
    if (site.content === undefined) return { state: "unknown", resource: site.resource };
    const cron = text(site.content, "snapshotCron");
    return cron === undefined || cron === "" ? { state: "never", resource: site.resource } : { state: "cron", cron, resource: site.resource };
  }
  const { resource } = cache;
  const cron = cache.carrier === "Dragonfly" ? text(cache.container.body, "snapshot", "cron") : plainFlag(cache.flags, "snapshot_cron");
  if (cron !== undefined && cron !== "") return { state: "cron", cron, resource };
  if (cache.flags.get("snapshot_cron")?.from === "unknown") return { state: "unknown", resource };
  const points = plainFlag(cache.flags, "save") ?? "";
  // "--save" alone is how "no points" reads as well.
  return cache.engine === "redis" && /^\d+ \d+/.test(points) ? { state: "points", resource } : { state: "never", resource };
}

/** Where a server writes its dumps: "s3://bucket/prefix", a folder, or nothing that is known. @throws UnknownValue */
export const dumpFolder = (cache: Cache): string | undefined =>
  plainFlag(cache.flags, "dir") ?? (cache.carrier === "Dragonfly" ? asText(at(cache.container.body, "snapshot", "dir")) : undefined);

const asText = (value: ReturnType<typeof at>): string | undefined => (typeof value === "string" ? value : undefined);
