import { branchOff } from "../../contract/dataState";
import { isAbove } from "../../contract/epochs";
import type { SiteRoleSpec } from "../../contract/siteRole";
import type { AnsweringServer } from "../observe/observation";
import type { Promotion } from "../remember/guardState";
import type { Action } from "./action";
import { discardFlag, heldData, isDiscarded, newerCopies, written } from "./data";
import type { Situation } from "./situation";

/** A peer that can be reached has answered within so long after the start. */
const HEARING_MS = 3_000;
/** A copy that got heartbeats so lately lacks what had not crossed, which a failover says beforehand. */
const STREAM_MS = 10_000;

/**
 * Whether this site has yet to serve at this epoch: it remembers. Where that was lost with the disk the data knows, for
 * nobody else stamps heartbeats of this epoch: what was decided once must not be carried out again over newer data.
 */
export function isFirstStartAtEpoch({ state, server, peersConfigured }: Situation, spec: SiteRoleSpec): boolean {
  if (state.promotion?.epoch === spec.epoch) return false;
  const seen = [
    server.kind === "answering" ? server.heartbeat : null,
    ...peersConfigured.map((site) => state.peers[site]?.data ?? null),
  ];
  return !seen.some((version) => version != null && !isAbove(spec.epoch, version.epoch));
}

/** Rule 4: decided once. The promotion of this run was judged and written; what is left is to serve. */
export const isDecided = ({ state }: Situation, spec: SiteRoleSpec, server: AnsweringServer): boolean =>
  state.promotion?.epoch === spec.epoch &&
  state.promotion.runId === server.runId &&
  state.lastServed?.epoch !== spec.epoch;

/** Every peer has answered since the server's start, or has had the time to. */
export const hasHeardPeers = ({ state, server, peersConfigured, sinceMetMs }: Situation): boolean => {
  const reached =
    server.kind !== "absent" && state.peersReached?.runId === server.runId ? state.peersReached.sites : [];
  return sinceMetMs >= HEARING_MS || peersConfigured.every((site) => reached.includes(site));
};

export type Objection = { readonly kind: "refuse" | "wait"; readonly reason: string } | null;

export function isPartial({ state }: Situation, server: AnsweringServer): boolean {
  const syncing = server.role === "replica" && server.syncInProgress;
  return syncing || server.heartbeat === undefined || state.partial === server.runId;
}

/** Rule 4: why a forced promotion of what this server holds is not carried out. */
export function objectionToForced(o: Situation, spec: SiteRoleSpec, server: AnsweringServer): Objection {
  const partialAccepted = spec.acceptPartial === true;
  const partial = isPartial(o, server);
  if (partial && !partialAccepted)
    return refusal(
      "a full sync is in progress, so this copy is partial; run failover again with --accept-partial to " +
        "promote what is there",
    );
  if (!hasHeardPeers(o)) return { kind: "wait", reason: "waits for the peers' answer" };

  const own = heldData(o.state, server);
  const newer = newerCopies(o, own).filter((copy) => copy.reachable);
  const lost = newer.filter(({ site, data }) => !isStreamed(o, server, site) && !isDiscarded(spec.discard, site, data));
  const flags = lost.map(({ site, data }) => discardFlag(site, data)).join(" ");
  const empty = server.heartbeat === null;
  const accept = empty || partial ? "--accept-partial " : "";
  if (lost[0] !== undefined)
    return refusal(
      `site ${lost[0].site} has newer data (${written(lost[0].data)}) than this server` +
        `${own === null ? ", which holds none of the cache" : ` (${written(own)})`}; ` +
        `run dragonfly-dr failover --to ${lost[0].site}, or give it up: failover --to ${o.site} ${accept}${flags}`,
    );
  if (empty && !partialAccepted)
    return refusal(
      "this server holds no data of the cache; run failover again with --accept-partial to serve it all the same",
    );
  return null;
}

const refusal = (reason: string): Objection => ({ kind: "refuse", reason });

/** The copy followed that site until just now. */
const isStreamed = ({ state }: Situation, server: AnsweringServer, site: string): boolean =>
  server.role === "replica" &&
  server.source === site &&
  state.copied === server.runId &&
  state.partial !== server.runId &&
  server.heartbeat != null &&
  server.heartbeatUnchangedMs <= STREAM_MS;

export const refuse = (
  o: Situation,
  spec: SiteRoleSpec,
  reason: string,
  outcome: "refused" | "unknown" = "refused",
): Action => ({ kind: "refuse", epoch: spec.epoch, reason, outcome, unheard: !o.peers.some((peer) => peer.reachable) });

export function promotionOf(o: Situation, spec: SiteRoleSpec, server: AnsweringServer, partial: boolean): Promotion {
  const beat = server.heartbeat ?? null;
  return {
    epoch: spec.epoch,
    mode: spec.mode ?? "initial",
    runId: server.runId,
    dataVersion: beat === null ? null : { epoch: beat.epoch, sequence: beat.sequence },
    commandsSeen: beat?.commands ?? null,
    runIdSeen: beat?.runId ?? null,
    lagSeconds: server.role === "replica" ? server.heartbeatUnchangedMs / 1000 : null,
    partial,
  };
}

/**
 * The first heartbeat of this start is written before anybody comes in, above every data version that any peer has
 * shown.
 * @param proven - nothing that the data's branch ever had is missing.
 */
export function startServing(o: Situation, spec: SiteRoleSpec, server: AnsweringServer, proven: boolean): Action {
  const own = heldData(o.state, server);
  const sequences = o.peersConfigured.map((site) => o.state.peers[site]?.data?.sequence ?? 0);
  const sequence = Math.max(0, server.heartbeat?.sequence ?? 0, ...sequences) + 1;
  const known = o.state.promotion?.epoch === spec.epoch ? o.state.promotion : null;
  return {
    kind: "startServing",
    promotion: known ?? promotionOf(o, spec, server, false),
    atLeast: { epoch: spec.epoch, sequence },
    history: branchOff(own, proven || own?.standing === "whole"),
  };
}
