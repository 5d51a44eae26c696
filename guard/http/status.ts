import { seconds, type Seconds } from "../../server/types";
import type { Guard } from "../guard";
import type { PeerWatch } from "../peers/peerWatch";
import type { GuardReport } from "../../contract/guardReport";
import type { RoleClient } from "../kube/roleClient";
import { higherClaim, type Claim } from "../../contract/epochs";
import type { DataVersion, PeerStatus, ReplicationStatus, SiteRoleStatus } from "../../contract/siteRole";

const round = (value: number): Seconds => seconds(Math.round(value * 1000) / 1000);

/** True while clients may write here: judged so, opened so, and the server's process is there. */
export const serving = (guard: Guard): boolean =>
  guard.picture.decision.serving && guard.picture.door === "open" && guard.picture.server.kind !== "absent";

/** True while this copy may be read: an open primary, or a replica's data, fresh or not. */
export const readable = (guard: Guard): boolean =>
  serving(guard) || (guard.picture.door === "read-only" && guard.picture.server.kind === "answering");

export const inSync = (guard: Guard): boolean =>
  guard.picture.decision.phase === "Following" &&
  guard.picture.decision.reason === "in sync" &&
  guard.picture.door === "read-only";

/**
 * Age of the newest stamp that the peer's copy has, by this primary's clock alone; null while this site does not serve,
 * or
 * the peer has no stamp of its epoch. While the peer is out of reach it grows with the time since the last contact.
 */
function peerLag(guard: Guard, peer: PeerWatch, clock: () => number): Seconds | null {
  const beat = peer.report?.heartbeat;
  if (!serving(guard) || beat == null || beat.site !== guard.config.site || beat.epoch !== guard.heartbeats.last?.epoch)
    return null;
  return round(Math.max(0, clock() - beat.time) / 1000);
}

function replicationStatus(guard: Guard): ReplicationStatus | null {
  const { server, decision } = guard.picture;
  if (server.kind !== "answering" || decision.serving)
    return server.kind === "answering" && server.position !== null
      ? {
          source: null,
          linkUp: false,
          syncInProgress: false,
          inSync: false,
          lagSeconds: null,
          position: server.position,
        }
      : null;
  const source = guard.peers.find((peer) => peer.site() === server.source);
  const told =
    source?.view().reachable === true
      ? (source.report?.peers.find((p) => p.site === guard.config.site)?.lagSeconds ?? null)
      : null;
  const unchanged = server.heartbeat == null ? null : server.heartbeatUnchangedMs / 1000;
  const lag = told === null && unchanged === null ? null : Math.max(told ?? 0, unchanged ?? 0);
  return {
    source: server.source,
    linkUp: server.linkUp,
    syncInProgress: server.syncInProgress,
    inSync: inSync(guard),
    lagSeconds: server.role === "replica" && lag !== null ? round(lag) : null,
    position: server.position,
  };
}

function peerStatus(guard: Guard, peer: PeerWatch, clock: () => number): PeerStatus {
  const view = peer.view();
  const contact = peer.secondsSinceContact();
  return {
    site: view.site,
    reachable: view.reachable,
    lastContactSeconds: contact === null ? null : round(contact),
    role: view.specRole,
    epoch: view.specEpoch as PeerStatus["epoch"],
    serving: view.serving,
    dataVersion: view.dataVersion,
    lagSeconds: peerLag(guard, peer, clock),
  };
}

/** What the server holds now; what it held last while it cannot be asked. */
function heldVersion({ picture: { server }, memory }: Guard): DataVersion | null {
  if (server.kind !== "answering" || server.heartbeat === undefined) return memory.get().dataVersion;
  return server.heartbeat === null ? null : { epoch: server.heartbeat.epoch, sequence: server.heartbeat.sequence };
}

function highestClaim({ config, memory }: Guard): Claim | null {
  const { highestEpoch, highestPeer, spec } = memory.get();
  if (highestEpoch === 0) return highestPeer;
  return higherClaim(highestPeer, { epoch: highestEpoch, site: config.site, role: spec?.role ?? "replica" });
}

export function statusOf(guard: Guard, roles: RoleClient, clock: () => number = Date.now): SiteRoleStatus {
  const { picture, memory } = guard;
  const kept = memory.get();
  const { promotion } = kept;
  return {
    site: guard.config.site,
    observedGeneration: roles.generation(),
    phase: picture.decision.phase,
    reason: [
      picture.decision.reason,
      ...(picture.trouble === null ? [] : [`failed: ${picture.trouble}`]),
      ...(guard.heartbeats.lastError !== null && picture.decision.heartbeat
        ? [`heartbeat refused: ${guard.heartbeats.lastError}`]
        : []),
    ].join("; "),
    role: picture.server.kind === "answering" ? picture.server.role : null,
    epoch: picture.epoch,
    serving: serving(guard),
    dataVersion: heldVersion(guard),
    server: guard.observer.status,
    replication: replicationStatus(guard),
    peers: guard.peers.map((peer) => peerStatus(guard, peer, clock)),
    highestClaim: highestClaim(guard),
    ...(kept.handover === null ? {} : { handover: { epoch: kept.handover.epoch, position: kept.handover.position } }),
    ...(kept.refusal === null ? {} : { refusal: kept.refusal }),
    ...(promotion === null
      ? {}
      : {
          promotion: {
            epoch: promotion.epoch,
            mode: promotion.mode,
            dataVersion: promotion.dataVersion,
            commandsSeen: promotion.commandsSeen,
            lagSeconds: promotion.lagSeconds === null ? null : seconds(promotion.lagSeconds),
            partial: promotion.partial,
          },
        }),
    ...(kept.divergence === null ? {} : { divergence: kept.divergence }),
    ...(guard.snapshots?.report == null ? {} : { snapshots: guard.snapshots.report }),
    updatedAt: new Date(clock()).toISOString(),
  };
}

export function reportOf(guard: Guard, roles: RoleClient, clock: () => number = Date.now): GuardReport {
  const role = roles.role();
  const spec = role.kind === "present" ? role.spec : role.kind === "unknown" ? guard.memory.get().spec : null;
  const { server } = guard.picture;
  return {
    ...statusOf(guard, roles, clock),
    specEpoch: spec?.epoch ?? null,
    specRole: spec?.role ?? null,
    now: clock(),
    heartbeat: server.kind === "answering" ? (server.heartbeat ?? null) : null,
    promotionRunId: guard.memory.get().promotion?.runIdSeen ?? null,
  };
}
