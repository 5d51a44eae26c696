import { compareDataVersions } from "../../contract/epochs";
import type { SiteRoleSpec } from "../../contract/siteRole";
import type { Action, AnsweringServer, Decision, Observation, PeerView } from "./observation";
import { hold, setDoor, setDumps, withoutServer } from "./decisions";
import { keepDivergence } from "./divergence";

/**
 * A copy counts as in sync only while heartbeats arrive: the server's own "link up" says nothing about a frozen
 * primary.
 */
export const FRESH_HEARTBEAT_MS = 5_000;
/** A server attaches again by itself, by a partial sync; told anew too early, Dragonfly would begin a full one. */
const REATTACH_MS = 5_000;

/**
 * The spec says replica: closed to writers, following its source as soon as that has data at least as new as its own.
 */
export function judgeReplica(o: Observation, spec: SiteRoleSpec): Decision {
  const { server } = o;
  const open = o.door === "open" || o.door === "handover" || o.door === "unknown";
  if (server.kind === "silent" && open) return hold(o, "Fenced", "this site is a replica now");
  if (server.kind !== "answering") return withoutServer(o);
  if (server.loading)
    return hold(
      o,
      server.role === "replica" ? "Syncing" : "Starting",
      server.role === "replica" ? "loading the source's data" : "the server is loading its dump",
    );
  // A former primary ends its writers before anything else.
  if (open) return hold(o, "Fenced", "this site is a replica now; closing");
  if (spec.source === undefined) return hold(o, "Holding", "the role object names no source to follow");

  const kept = keepDivergence(o, spec.epoch);
  if (kept.length > 0 || o.savingDivergence)
    return replica("Fenced", "keeping a dump of what the new primary never got", kept);

  const source = o.peers.find((p) => p.site === spec.source && p.reachable);
  const following = server.role === "replica" && server.source === spec.source;
  if (following && server.linkUp && !server.syncInProgress) return inSyncOrStale(o, server);
  if (following && server.syncInProgress)
    return replica("Syncing", `full sync from ${spec.source}`, [...setDumps(o, "off"), ...setDoor(o, "closed")]);

  const readable: Action[] = setDoor(o, server.heartbeat != null ? "read-only" : "closed");
  const objection = objectionToSource(spec, server, source);
  if (objection !== null) return replica(following ? "Following" : "Holding", objection, [...withhold(o), ...readable]);
  const patience = Math.min(o.sinceFollowMs, server.linkDownMs, source?.servingForMs ?? 0);
  if (following && patience < REATTACH_MS)
    return replica("Syncing", `connecting to ${spec.source}`, [...give(o), ...readable]);
  return replica("Syncing", `attaching to ${spec.source}`, [
    ...setDumps(o, "off"),
    ...give(o),
    { kind: "follow", source: spec.source },
  ]);
}

function inSyncOrStale(o: Observation, server: AnsweringServer): Decision {
  if (server.position === null || server.heartbeat == null)
    return replica("Syncing", "no heartbeat of the primary has arrived yet", [
      ...setDumps(o, "off"),
      ...setDoor(o, "closed"),
    ]);
  if (server.heartbeatUnchangedMs > FRESH_HEARTBEAT_MS) {
    return replica(
      "Following",
      `no heartbeat for ${Math.round(server.heartbeatUnchangedMs / 1000)} s: the primary is frozen, full, or held`,
      setDoor(o, "read-only"),
    );
  }
  return replica("Following", "in sync", [...setDumps(o, "on"), ...setDoor(o, "read-only")]);
}

/** Why this source is not to be followed now; null when it is. */
function objectionToSource(spec: SiteRoleSpec, server: AnsweringServer, source: PeerView | undefined): string | null {
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
const withhold = (o: Observation): Action[] =>
  o.engine === "redis" && o.credentials !== false ? [{ kind: "setCredentials", credentials: "withheld" }] : [];
const give = (o: Observation): Action[] =>
  o.credentials === true ? [] : [{ kind: "setCredentials", credentials: "given" }];

const replica = (phase: Decision["phase"], reason: string, actions: readonly Action[]): Decision => ({
  phase,
  reason,
  actions,
  heartbeat: false,
  serving: false,
});
