import type { DataState } from "../../contract/dataState";
import { compareDataVersions } from "../../contract/epochs";
import { epoch as asEpoch } from "../../server/types";
import type { PeerView } from "../observe/observation";
import type { Action } from "./action";
import { discardFlag, heldData, isContainedIn, isDiscarded } from "./data";
import type { Situation } from "./situation";

/** A dump that failed is tried again after so long. */
const RETRY_MS = 5_000;

/** What is left to do before this server's data may be replaced by that of `source`; null when nothing is. */
export interface Keeping {
  readonly reason: string;
  readonly actions: readonly Action[];
}

/**
 * Rule 5: what this server holds and the source does not is in a dump before anything replaces it, whatever the past of
 * the two; or it was given up by an operator who named it.
 */
export function keepDiverged(o: Situation, source: PeerView): Keeping | null {
  const { server, state } = o;
  const own = heldData(state, server);
  if (server.kind !== "answering" || own === null || isContainedIn(source, own)) return null;
  const seen = source.promotion;
  return keep(o, own, {
    epoch: seen?.epoch ?? source.specEpoch ?? own.epoch,
    writesUpperBound:
      seen != null && seen.commandsSeen !== null && seen.runIdSeen === server.runId
        ? Math.max(0, server.commands - seen.commandsSeen)
        : null,
    what: `what site ${source.site} never got`,
    giveUp: `failover --to ${source.site} ${discardFlag(o.site, own)}`,
  });
}

/** As `keepDiverged`, for all that this server holds: a snapshot is to take its place. */
export function keepHeld(o: Situation, epoch: number): Keeping | null {
  const own = heldData(o.state, o.server);
  if (own === null) return null;
  const giveUp = `failover --to ${o.site}, and restore again`;
  return keep(o, own, { epoch, writesUpperBound: null, what: "what the server holds", giveUp });
}

function keep(
  o: Situation,
  own: DataState,
  about: { readonly epoch: number; readonly writesUpperBound: number | null; what: string; giveUp: string },
): Keeping | null {
  const of = { run: own.run, epoch: own.epoch, sequence: own.sequence };
  const kept = o.state.divergence?.of ?? null;
  if (kept !== null && kept.run === of.run && compareDataVersions(kept, of) === 0) return null;

  const { writesUpperBound, what, giveUp } = about;
  const epoch = asEpoch(Math.max(1, about.epoch));
  const spec = o.role.kind === "present" ? o.role.spec : o.state.spec;
  if (isDiscarded(spec?.discard, o.site, own)) {
    const divergence = { epoch, writesUpperBound, dump: null, of };
    return { reason: `${what} is given up`, actions: [{ kind: "giveUpDivergence", divergence }] };
  }
  const dump = o.divergenceDump;
  if (dump.kind === "running") return { reason: `keeping a dump of ${what}`, actions: [] };
  if (dump.kind === "ended" && dump.file === null && dump.forMs < RETRY_MS) {
    const failed = `the dump of ${what} failed; make room on the volume, it is tried again`;
    return { reason: `${failed}; to give the data up, run dragonfly-dr ${giveUp}`, actions: [] };
  }
  return {
    reason: `keeping a dump of ${what}`,
    actions: [{ kind: "saveDivergence", epoch, writesUpperBound, of }],
  };
}
