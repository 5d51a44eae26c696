import type { Rules } from "../guard/turn";
import { round } from "../world/round";
import type { World } from "../world/world";

const MOST_ROUNDS = 60;
/** Longer than any time that a guard waits by itself. */
const LONG_MS = 6_000;

/** What changes while things are under way; without what only grows. */
function signature(w: World): string {
  let text = "";
  for (const { server, guard, disk } of w.sites) {
    if (server !== null) {
      const { run, role, door, attached, syncing, dumps, credentials } = server;
      text += `${run}${role}${door}${attached}${syncing}${dumps}${credentials}`;
    }
    if (guard !== null) text += `${guard.result.decision.phase}${guard.result.decision.reason.replace(/\d+/g, "")}`;
    text += `|${disk.diverged.size}${disk.main?.log?.run ?? "-"};`;
  }
  return text;
}

/** Rounds until nothing moves any more, not even after some seconds. */
export function rest(w: World, rules: Rules): void {
  let before = signature(w);
  let same = 0;
  for (let i = 0; i < MOST_ROUNDS && w.violation === null; i++) {
    round(w, rules, same === 2 ? LONG_MS : undefined);
    const now = signature(w);
    same = now === before ? same + 1 : 0;
    before = now;
    // The last one shows what the long time has brought.
    if (same >= 4) return;
  }
}
