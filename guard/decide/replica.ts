import { compareData } from "../../contract/dataState";
import { isAbove, NO_EPOCH } from "../../contract/epochs";
import type { SiteRoleSpec } from "../../contract/siteRole";
import { isSynchronized, type AnsweringServer, type PeerView } from "../observe/observation";
import type { Action, Decision } from "./action";
import { discardFlag, heldData, isDiscarded, written } from "./data";
import { keepDiverged } from "./divergence";
import type { Situation } from "./situation";
import { attachPassword, closed, hold, setAccess, setDumps, withoutServer } from "./steps";

/** A server attaches again by itself, by a partial sync; told anew too early, Dragonfly would begin a full one. */
const REATTACH_MS = 5_000;

/**
 * Rule 3. The spec says replica: closed to writers, following its source as soon as that has data at least as new as
 * its own.
 */
export function decideReplica(o: Situation, spec: SiteRoleSpec): Decision {
  const { server } = o;
  const open = o.access === "open" || o.access === "handover" || o.access === "unknown";
  if (server.kind === "silent" && open) return hold(o, "Demoting", "this site is a replica now");
  if (server.kind !== "answering") return withoutServer(o);
  if (server.loading)
    return hold(
      o,
      server.role === "replica" ? "Syncing" : "Starting",
      server.role === "replica" ? "loading the source's data" : "the server is loading its dump",
    );
  // A former primary ends its writers before anything else.
  if (open) return hold(o, "Demoting", "this site is a replica now; closing");
  if (spec.source === undefined) return hold(o, "Holding", "the role object names no source to follow");

  const source = o.peers.find((p) => p.site === spec.source && p.reachable);
  const following = server.role === "replica" && server.source === spec.source;
  if (following && server.linkUp && !server.syncInProgress) return inSyncOrStale(o, server);
  if (following && server.syncInProgress)
    return closed("Syncing", `full sync from ${spec.source}`, [...setDumps(o, "off"), ...setAccess(o, "closed")]);

  const readable: Action[] = setAccess(o, server.heartbeat != null ? "read-only" : "closed");
  const giving = source === undefined ? null : give(o, spec, server, source);
  if (giving !== null) return giving;
  const objection = reasonNotToFollow(o, spec, server, source);
  if (objection !== null || source === undefined)
    return closed(following ? "Following" : "Holding", objection ?? "no source", [...withholdPassword(o), ...readable]);
  const keeping = keepDiverged(o, source);
  if (keeping !== null) return closed("Demoting", keeping.reason, [...withholdPassword(o), ...keeping.actions]);
  const patience = Math.min(o.sinceFollowMs, server.linkDownMs, source.servingForMs);
  if (following && patience < REATTACH_MS)
    return closed("Syncing", `connecting to ${spec.source}`, [...attachPassword(o), ...readable]);
  return closed("Syncing", `attaching to ${spec.source}`, [
    ...setDumps(o, "off"),
    ...attachPassword(o),
    { kind: "follow", source: spec.source },
  ]);
}

function inSyncOrStale(o: Situation, server: AnsweringServer): Decision {
  if (server.position === null || server.heartbeat == null)
    return closed("Syncing", "no heartbeat of the primary has arrived yet", [
      ...setDumps(o, "off"),
      ...setAccess(o, "closed"),
    ]);
  if (!isSynchronized(server)) {
    return closed(
      "Following",
      `no heartbeat for ${Math.round(server.heartbeatUnchangedMs / 1000)} s: the primary is frozen, full, or held`,
      setAccess(o, "read-only"),
    );
  }
  return { ...closed("Following", "in sync", [...setDumps(o, "on"), ...setAccess(o, "read-only")]), inSync: true };
}

/**
 * Rule 7: the primary came back with older data and asks for this copy's. It stops to be anybody's replica, and lets
 * that server attach; nobody writes here meanwhile. @returns null where nobody asks.
 */
function give(o: Situation, spec: SiteRoleSpec, server: AnsweringServer, source: PeerView): Decision | null {
  const own = heldData(o.state, server);
  const asks = source.recoveringFrom === o.site && source.specRole === "primary" && source.specEpoch === spec.epoch;
  if (!asks || source.serving || own === null) return null;
  if (source.data !== null && compareData(own, source.data) < 0) return null;
  return closed("Following", `site ${source.site} takes its data from this copy`, [
    ...(server.role === "replica" ? [{ kind: "detach" } as const] : []),
    ...setAccess(o, "source"),
  ]);
}

/** Why this source is not to be followed now; null when it is. */
function reasonNotToFollow(
  o: Situation,
  spec: SiteRoleSpec,
  server: AnsweringServer,
  source: PeerView | undefined,
): string | null {
  if (source === undefined) return `site ${spec.source} cannot be reached; this copy is kept`;
  if (source.specRole !== "primary" || isAbove(spec.epoch, source.specEpoch ?? NO_EPOCH))
    return `site ${spec.source} is not primary at epoch ${spec.epoch} yet`;
  if (!source.serving) return `site ${spec.source} does not serve yet`;
  if (source.data === null) return `site ${spec.source} does not say how new its data is`;
  const own = heldData(o.state, server);
  if (own === null || compareData(source.data, own) >= 0 || isDiscarded(spec.discard, o.site, own)) return null;
  return (
    `site ${spec.source} has older data (${written(source.data)}) than this copy (${written(own)}); ` +
    `run dragonfly-dr failover --to ${spec.site}, or give this copy up: ` +
    `failover --to ${spec.source} ${discardFlag(spec.site, own)}`
  );
}

/** Redis attaches again by itself, whatever its source has become: without the password it cannot. */
const withholdPassword = (o: Situation): Action[] =>
  o.engine === "redis" && o.credentials !== false ? [{ kind: "setCredentials", credentials: "withheld" }] : [];
