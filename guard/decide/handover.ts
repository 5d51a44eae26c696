import { isAbove, isPending, type Claim } from "../../contract/epochs";
import type { SiteRoleSpec } from "../../contract/siteRole";
import type { Milliseconds } from "../../server/types";
import type { AnsweringServer } from "../observe/observation";
import type { Action, Decision } from "./action";
import type { Situation } from "./situation";
import { closed, hold, serving, setAccess } from "./steps";

/**
 * A primary that has prepared for a handover takes it back after so long when nobody carries it on. Until then it
 * answers the other side's question; a word given later is never a proof.
 */
export const HANDOVER_LIMIT_MS = 20_000 as Milliseconds;

type Handover = NonNullable<SiteRoleSpec["handover"]>;

/** The handover that this primary has to be ready for; null where there is none, or it was taken back. */
export function pendingHandover(o: Situation, spec: SiteRoleSpec): Handover | null {
  const { handover } = spec;
  return isPending(handover, spec) && handover.epoch !== o.state.handoverWithdrawn ? handover : null;
}

/**
 * The claim is what this primary prepared for, and the other side has not begun to serve: its copy still needs the rest
 * of the stream, which fencing would cut off.
 */
export function isExpectedHandover(o: Situation, spec: SiteRoleSpec, claim: Claim): boolean {
  const handover = pendingHandover(o, spec);
  if (handover === null || handover.to !== claim.site || handover.epoch !== claim.epoch) return false;
  return !o.peers.some((peer) => peer.site === claim.site && (peer.serving || peer.promotion?.epoch === claim.epoch));
}

/**
 * Rule 4: whether the site that was to take over has not begun and will not. It says so in answer to a question asked
 * after the limit. Had it begun, it had this site's word that it is closed, which is given within the limit only, and
 * it publishes that it has begun before it asks for that word: so the answer would say so.
 */
function nobodyCarriesOn(o: Situation, handover: Handover): boolean {
  const peer = o.peers.find(({ site }) => site === handover.to);
  const overdue = o.sinceHandoverMs - HANDOVER_LIMIT_MS;
  if (peer?.reachable !== true || overdue < 0 || peer.askedMsAgo > overdue) return false;
  if (peer.serving || peer.promotion?.epoch === handover.epoch) return false;
  if (peer.refusedEpoch === handover.epoch) return true;
  return peer.specEpoch !== null && isAbove(handover.epoch, peer.specEpoch) && peer.takingOver === null;
}

/** Another site is to take over from this primary. @returns null where this primary just goes on. */
export function prepare(
  o: Situation,
  spec: SiteRoleSpec,
  server: AnsweringServer,
  handover: Handover,
  uninterrupted: boolean,
): Decision {
  if (nobodyCarriesOn(o, handover)) {
    const withdraw = { kind: "withdrawHandover", epoch: handover.epoch } as const;
    const reason = `nobody carried the handover to ${handover.to} on: it is taken back`;
    // One that serves until it is taken over goes on meanwhile.
    const serves = o.access === "open" && uninterrupted;
    return (serves ? serving : closed)(serves ? "Serving" : "Prepared", reason, [withdraw]);
  }
  const wayOut =
    `if nobody carries it on, run dragonfly-dr switchover --to ${handover.to} again, or failover --to ` + `${o.site}`;
  if (!uninterrupted)
    return hold(
      o,
      "Prepared",
      `the server ended during the handover to ${handover.to}, so it waits to be its replica at epoch ` +
        `${handover.epoch}; ${wayOut}`,
    );
  const recorded = o.state.handover?.epoch === handover.epoch && o.state.handover.runId === server.runId;
  const record: Action[] = recorded ? [] : [{ kind: "recordHandover", epoch: handover.epoch }];
  if (o.engine === "dragonfly") {
    // REPLTAKEOVER is the proof and the close in one: this side serves until then.
    return serving("Preparing", `serves until ${handover.to} takes over`, [...record, ...setAccess(o, "open")]);
  }
  return closed("Prepared", `closed for the handover to ${handover.to}; ${wayOut}`, [
    ...setAccess(o, "handover"),
    ...record,
  ]);
}
