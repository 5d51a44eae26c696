import { writeSnapshotsFile } from "../../contract/snapshotsFile";
import { siteName } from "../../server/types";
import type { SiteSettings } from "../settings/site";
import { snapshotPrefix, snapshotTarget } from "../settings/snapshots";

/** `snapshots.json`: what the snapshots' process is told (docs/architecture.md); null while they stay on the volume. */
export function snapshotsFile({ site, namespace, server, snapshots, peers }: SiteSettings): string | null {
  const target = snapshotTarget(snapshots);
  if (target === undefined) return null;
  const { retention, restoreWhenEmpty, cron } = snapshots;
  return writeSnapshotsFile({
    site: siteName(site),
    engine: server.engine,
    cron: cron ?? "",
    ...target,
    prefix: snapshotPrefix(namespace, site),
    retention,
    restoreWhenEmpty,
    peers: peers.map((peer) => siteName(peer.site)),
  });
}
