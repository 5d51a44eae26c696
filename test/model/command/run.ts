import { carryOut } from "../events/carryOut";
import type { CommandDeed } from "../events/deed";
import type { Rules } from "../guard/turn";
import { describeLog, holds, type Log } from "../world/log";
import { takesWrites } from "../world/invariants";
import { round } from "../world/round";
import { siteAt, violate, type World } from "../world/world";
import { Running, type Ending, type RequestFault } from "./operator";

const MOST_ROUNDS = 200;
const LONG_MS = 1_000;
/** Then the operator loses patience and interrupts the command. */
const LONG_WAIT = 80;
/** After so many rounds of waiting, time passes in larger steps. */
const PATIENCE = 12;

const drained = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** How a command ended, and how many requests it made: each is a place where something may come between. */
export interface Ran {
  readonly ending: Ending;
  readonly requests: number;
}

/** Runs one command of the product to its end, the world going on around it. */
export async function runCommand(w: World, deed: CommandDeed, rules: Rules): Promise<Ran> {
  const running: Running[] = [];
  const begin = (line: string): Running => {
    w.runs += 1;
    const started = new Running(w, line, `me@here/${w.runs}`, (holder) => running.some((r) => isHolder(r, holder)));
    running.push(started);
    started.start();
    return started;
  };
  const isHolder = (r: Running, holder: string): boolean => r.ending === null && r.holder === holder;
  const before = heldBefore(w);
  const first = begin(deed.line);
  let requests = 0;
  let fault: RequestFault | null = null;
  let rounds = 0;
  while (running.some((r) => r.ending === null) && rounds < MOST_ROUNDS && w.violation === null) {
    await drained();
    // A module that is loaded takes a moment of real time.
    for (let spins = 0; running.some((r) => r.isBusy) && spins < 1_000; spins++) await drained();
    const next = running.find((r) => r.pending.length > 0);
    if (next !== undefined) {
      if (requests === deed.at && deed.between !== null) {
        const { between } = deed;
        requests += 1;
        if (between.kind === "killed") {
          first.kill();
          continue;
        }
        if (between.kind === "request") fault = between.fault;
        if (between.kind === "deed") carryOut(w, between.deed, rules);
        if (between.kind === "beside") begin(between.line);
      } else requests += 1;
      next.pending.shift()?.carryOut(fault);
      fault = null;
      running.push(...running.splice(running.indexOf(next), 1));
      continue;
    }
    let woke = false;
    for (const r of running) if (r.ending === null && r.wake()) woke = true;
    if (woke) continue;
    rounds += 1;
    if (rounds === PATIENCE + LONG_WAIT) first.interrupted();
    round(w, rules, rounds > PATIENCE ? LONG_MS : undefined);
  }
  if (rounds >= MOST_ROUNDS) violate(w, 6, `${deed.line} does not end`);
  const ending = first.ending ?? { code: null, text: "stopped", receipt: null };
  for (const r of running) r.kill();
  checkEnding(w, deed, ending, before);
  return { ending, requests };
}

interface Before {
  readonly primary: number;
  readonly logs: readonly (Log | null)[];
}

const heldBefore = (w: World): Before => ({
  primary: w.sites.findIndex((_, i) => takesWrites(w, i)),
  logs: w.sites.map((s) => s.server?.data.log ?? null),
});

/** Invariant 3, for a command that says that it is done. */
function checkEnding(w: World, deed: CommandDeed, ending: Ending, before: Before): void {
  // What somebody else does meanwhile is theirs to say.
  const alone = deed.between === null || deed.between.kind === "request";
  if (ending.code !== 0 || ending.receipt === null || !alone) return;
  const to = w.sites.findIndex((s) => s.name === ending.receipt?.to);
  if (to < 0) return;
  const held = siteAt(w, to).server?.data.log ?? null;
  const { mode } = ending.receipt;
  if (mode === "restored") return;
  const need = mode === "handover" && before.primary >= 0 ? w.acknowledged[before.primary] : before.logs[to];
  if (!holds(held, need ?? null))
    violate(
      w,
      3,
      `${deed.line} says done, and ${siteAt(w, to).name} holds ${describeLog(held)}, not ${describeLog(need ?? null)}`,
    );
}
