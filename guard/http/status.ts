import { seconds, type Seconds } from "../../server/types";
import type { GuardView, PeerRecord } from "../guardView";
import type { ClientAccess } from "../remember/guardState";
import type { AnsweringServer } from "../observe/observation";
import { higherClaim, type Claim } from "../../contract/epochs";
import type { DataVersion, PeerStatus, ReplicationStatus, SiteRoleStatus } from "../../contract/siteRole";

const round = (value: number): Seconds => seconds(Math.round(value * 1000) / 1000);

/** True while clients may write here: judged so, opened so, and the server's process is there. */
export const serving = (guard: GuardView): boolean =>
  guard.result.decision.serving && guard.result.access === "open" && guard.result.server.kind !== "absent";

/** True while this copy may be read: an open primary, or a replica's data, fresh or not. */
export const readable = (guard: GuardView): boolean =>
  serving(guard) || (isReadable(guard.result.access) && guard.result.server.kind === "answering");

/** A copy that a recovering primary takes may be read meanwhile. */
export const isReadable = (access: ClientAccess): boolean => access === "read-only" || access === "source";

export const inSync = (guard: GuardView): boolean =>
  guard.result.decision.inSync && guard.result.access === "read-only";

/**
 * Age of the newest stamp that the peer's copy has, by this primary's clock alone; null while this site does not serve,
 * the peer cannot be asked, or has no stamp of its epoch: with no contact the lag is not known.
 */
function peerLag(guard: GuardView, peer: PeerRecord, clock: () => number): Seconds | null {
  const beat = peer.report?.heartbeat;
  if (!serving(guard) || !peer.view.reachable || beat == null) return null;
  if (beat.site !== guard.config.site || beat.epoch !== guard.heartbeat.last?.epoch) return null;
  return round(Math.max(0, clock() - beat.time) / 1000);
}

/**
 * How far this copy is behind its source, by the source's clock: what that clock says now, by its last report and the
 * time since, less the time of the newest stamp here. Without the source's word it is at least the stamp's age here.
 */
function ownLag(guard: GuardView, source: PeerRecord | undefined, server: AnsweringServer): number | null {
  const { heartbeat: beat, heartbeatUnchangedMs } = server;
  if (beat == null) return null;
  const unchanged = heartbeatUnchangedMs / 1000;
  const report = source?.view.reachable === true ? source.report : null;
  if (report === null || beat.site !== source?.site || source.secondsSinceContact === null) return unchanged;
  return Math.max(unchanged, (report.now - beat.time) / 1000 + source.secondsSinceContact);
}

function replicationStatus(guard: GuardView): ReplicationStatus | null {
  const { server, decision } = guard.result;
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
  const lag = ownLag(
    guard,
    guard.peers.find((peer) => peer.site === server.source),
    server,
  );
  return {
    source: server.source,
    linkUp: server.linkUp,
    syncInProgress: server.syncInProgress,
    inSync: inSync(guard),
    lagSeconds: server.role === "replica" && lag !== null ? round(lag) : null,
    position: server.position,
  };
}

function peerStatus(guard: GuardView, peer: PeerRecord, clock: () => number): PeerStatus {
  const { view, secondsSinceContact: contact } = peer;
  return {
    site: view.site,
    reachable: view.reachable,
    lastContactSeconds: contact === null ? null : round(contact),
    role: view.specRole,
    epoch: view.specEpoch as PeerStatus["epoch"],
    serving: view.serving,
    dataVersion: view.data === null ? null : { epoch: view.data.epoch, sequence: view.data.sequence },
    lagSeconds: peerLag(guard, peer, clock),
  };
}

/** What the server holds now; what it held last while it cannot be asked. */
function heldVersion({ result: { server }, state }: GuardView): DataVersion | null {
  if (server.kind !== "answering" || server.heartbeat === undefined) return state.dataVersion;
  return server.heartbeat === null ? null : { epoch: server.heartbeat.epoch, sequence: server.heartbeat.sequence };
}

function highestKnownClaim({ config, state: { highestEpoch, highestClaim, spec } }: GuardView): Claim | null {
  if (highestEpoch === 0) return highestClaim;
  return higherClaim(highestClaim, { epoch: highestEpoch, site: config.site, role: spec?.role ?? "replica" });
}

export function statusOf(guard: GuardView, clock: () => number = Date.now): SiteRoleStatus {
  const { result, state: kept } = guard;
  const { promotion, refusal, divergence } = kept;
  return {
    site: guard.config.site,
    observedGeneration: guard.role.generation,
    phase: result.decision.phase,
    reason: [
      result.decision.reason,
      ...(result.failure === null ? [] : [`failed: ${result.failure}`]),
      ...(guard.heartbeat.lastError !== null && result.decision.heartbeat
        ? [`heartbeat refused: ${guard.heartbeat.lastError}`]
        : []),
    ].join("; "),
    role: result.server.kind === "answering" ? result.server.role : null,
    epoch: result.epoch,
    serving: serving(guard),
    dataVersion: heldVersion(guard),
    server: guard.server.status,
    replication: replicationStatus(guard),
    peers: guard.peers.map((peer) => peerStatus(guard, peer, clock)),
    highestClaim: highestKnownClaim(guard),
    ...(kept.handover === null ? {} : { handover: { epoch: kept.handover.epoch, position: kept.handover.position } }),
    ...(refusal === null
      ? {}
      : { refusal: { epoch: refusal.epoch, reason: refusal.reason, outcome: refusal.outcome } }),
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
    ...(divergence === null
      ? {}
      : {
          divergence: {
            epoch: divergence.epoch,
            writesUpperBound: divergence.writesUpperBound,
            dump: divergence.dump,
          },
        }),
    ...(guard.stoppedServingAt === null ? {} : { stoppedServingAt: guard.stoppedServingAt }),
    ...(guard.snapshots?.report == null ? {} : { snapshots: guard.snapshots.report }),
    updatedAt: new Date(clock()).toISOString(),
  };
}
