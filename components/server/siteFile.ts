import { siteUsers } from "../../server/acl/builtin";
import { dumpFileName } from "../../server/flags";
import { peerGuardPort, sourcePort } from "../gateway/haproxy";
import { names } from "../names";
import { aclUser } from "../settings/resolve";
import type { SiteSettings } from "../settings/site";
import { snapshotTarget } from "../settings/snapshots";

/**
 * `site.json`: what the guard is told (docs/architecture.md). A change reaches it within a minute, without a restart.
 */
export const siteFile = ({
  site,
  namespace,
  server,
  snapshots,
  peers,
  users,
  defaultUser,
  guard,
}: SiteSettings): string =>
  `${JSON.stringify(
    {
      site,
      namespace,
      engine: server.engine,
      // The process beside it has the server dump where snapshots are stored: two schedules would dump twice.
      snapshotCron: snapshots.cron === "" || snapshotTarget(snapshots) !== null ? null : snapshots.cron,
      dbfilename: dumpFileName(server.engine),
      peers: peers.map((peer, at) => ({
        site: peer.site,
        host: names.sourceService,
        serverPort: sourcePort(at),
        guardPort: peerGuardPort(at),
      })),
      users: siteUsers(server.engine, users.map(aclUser)),
      defaultUser,
      onPeerUnreachable: guard.onPeerUnreachable,
      snapshots: snapshotTarget(snapshots) === null ? null : { restoreWhenEmpty: snapshots.restoreWhenEmpty },
    },
    null,
    2,
  )}\n`;
