import { writeSiteFile } from "../../contract/siteFile";
import { siteName } from "../../server/types";
import { dumpFileName } from "../../server/flags";
import { peerGuardPort, sourcePort } from "../gateway/haproxyConfig";
import { names } from "../names";
import { aclUsers } from "../settings/resolve";
import type { SiteSettings } from "../settings/site";
import { snapshotTarget } from "../settings/snapshots";

/**
 * `site.json`: what the guard is told (docs/architecture.md). A change reaches it within a minute, without a restart.
 */
export const siteFile = (settings: SiteSettings): string => {
  const { site, namespace, server, snapshots, peers, defaultUser, guard } = settings;
  const stored = snapshotTarget(snapshots) !== undefined;
  return writeSiteFile({
    site: siteName(site),
    namespace,
    engine: server.engine,
    // The process beside it has the server dump where snapshots are stored: two schedules would dump twice.
    snapshotCron: stored ? null : (snapshots.cron ?? null),
    dbfilename: dumpFileName(server.engine),
    peers: peers.map((peer, at) => ({
      site: siteName(peer.site),
      host: names.sourceService,
      serverPort: sourcePort(at),
      guardPort: peerGuardPort(at),
    })),
    users: aclUsers(settings),
    defaultUser,
    onPeerUnreachable: guard.onPeerUnreachable,
    onCrash: guard.onCrash,
    onSilent: guard.onSilent,
    snapshots: stored ? { restoreWhenEmpty: snapshots.restoreWhenEmpty } : null,
  });
};
