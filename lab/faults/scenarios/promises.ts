import type { Promised } from "../checker/promised";
import { doneWith, FAULT, HEAL, WHOLE } from "./scenario";

/** Replication over a healthy link: what was acknowledged longer ago has crossed, on a busy machine too. */
const CROSSED_MS = 2_000;
/** A primary that can be told of a higher claim is closed by then; docs/guarantees.md states what is usual. */
const TOLD_MS = 6_000;
/** Between what is done and its first effect. */
const EFFECT_MS = 1_000;

/** No acknowledged write is lost, and never do two sites acknowledge. */
export const NOTHING_LOST: Promised = { losses: null, twoSites: null, served: FAULT };

/** The server is gone with what had not crossed. */
export const lostWithTheServer = (gone: string = FAULT): Promised => ({
  losses: { from: FAULT, leadMs: CROSSED_MS, to: gone, trailMs: EFFECT_MS },
  twoSites: null,
  served: FAULT,
});

/** A command promotes the copy, beginning with this event: what the old primary has not sent by then is lost. */
export const lostByFailover = (begins: string): Promised => ({
  losses: { from: begins, leadMs: CROSSED_MS, to: doneWith(HEAL), trailMs: TOLD_MS },
  twoSites: { from: begins, leadMs: 0, to: doneWith(HEAL), trailMs: TOLD_MS },
  served: HEAL,
});

/** The regions are cut apart and the copy is promoted: the old primary may go on until the link is whole again. */
export const LOST_BEHIND_A_CUT: Promised = {
  losses: { from: FAULT, leadMs: CROSSED_MS, to: doneWith(WHOLE), trailMs: TOLD_MS },
  twoSites: { from: HEAL, leadMs: 0, to: doneWith(WHOLE), trailMs: TOLD_MS },
  served: HEAL,
};
