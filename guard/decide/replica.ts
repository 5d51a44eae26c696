import type { SiteRoleSpec } from "../../contract/siteRole";
import { compareDataVersions } from "../../contract/epochs";
import { isSynchronized, type AnsweringServer, type PeerView } from "../observe/observation";
import type { Action, Decision } from "./action";
import { keepDivergence } from "./divergence";
import type { Situation } from "./situation";
import { closed, hold, setAccess, setDumps, withoutServer } from "./steps";

/** A server attaches again by itself, by a partial sync; told anew too early, Dragonfly would begin a full one. */
const REATTACH_MS = 5_000;

/**
 * The spec says replica: closed to writers, following its source as soon as that has data at least as new as its own.
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

  const kept = keepDivergence(o, spec.epoch);
  if (kept.length > 0 || o.divergenceDump.kind === "running")
    return closed("Demoting", "keeping a dump of what the new primary never got", kept);

  const source = o.peers.find((p) => p.site === spec.source && p.reachable);
  const following = server.role === "replica" && server.source === spec.source;
  if (following && server.linkUp && !server.syncInProgress) return inSyncOrStale(o, server);
  if (following && server.syncInProgress)
    return closed("Syncing", `full sync from ${spec.source}`, [...setDumps(o, "off"), ...setAccess(o, "closed")]);

  const readable: Action[] = setAccess(o, server.heartbeat != null ? "read-only" : "closed");
  const objection = reasonNotToFollow(spec, server, source);
  if (objection !== null) return closed(following ? "Following" : "Holding", objection, [...withhold(o), ...readable]);
  const patience = Math.min(o.sinceFollowMs, server.linkDownMs, source?.servingForMs ?? 0);
  if (following && patience < REATTACH_MS)
    return closed("Syncing", `connecting to ${spec.source}`, [...give(o), ...readable]);
  return closed("Syncing", `attaching to ${spec.source}`, [
    ...setDumps(o, "off"),
    ...give(o),
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

/** Why this source is not to be followed now; null when it is. */
function reasonNotToFollow(spec: SiteRoleSpec, server: AnsweringServer, source: PeerView | undefined): string | null {
  if (source === undefined) return `site ${spec.source} cannot be reached; this copy is kept`;
  if (source.specRole !== "primary" || (source.specEpoch ?? 0) < spec.epoch)
    return `site ${spec.source} is not primary at epoch ${spec.epoch} yet`;
  if (!source.serving) return `site ${spec.source} does not serve yet`;
  if (source.dataVersion === null) return `site ${spec.source} does not say how new its data is`;
  if (server.heartbeat != null && compareDataVersions(source.dataVersion, server.heartbeat) < 0) {
    return `site ${spec.source} has older data than this copy; run dragonfly-dr failover --to ${spec.site}, or dragonfly-dr serve --accept-loss --site ${spec.source}`;
  }
  return null;
}

/** Redis attaches again by itself, whatever its source has become: without the password it cannot. */
const withhold = (o: Situation): Action[] =>
  o.engine === "redis" && o.credentials !== false ? [{ kind: "setCredentials", credentials: "withheld" }] : [];
const give = (o: Situation): Action[] =>
  o.credentials === true ? [] : [{ kind: "setCredentials", credentials: "given" }];
