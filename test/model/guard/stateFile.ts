import { INITIAL_STATE, type GuardState } from "../../../guard/remember/guardState";
import { siteAt, type World } from "../world/world";
import { step } from "./process";
import type { GuardProcess } from "./state";

const LAZY_INTERVAL_MS = 5_000;

/** What the file holds; null: there is none. */
export const readState = (w: World, index: number): GuardState | null => {
  const { state } = siteAt(w, index).disk;
  return state === null ? null : { ...INITIAL_STATE, ...(state as GuardState) };
};

/** As guard/remember/stateFile.ts keeps it. @returns whether all that must last is on the volume. */
export function store(
  w: World,
  index: number,
  guard: GuardProcess,
  state: GuardState,
  pace: "now" | "lazy" = "now",
): boolean {
  const due = guard.failure !== null || isDue(w, guard, state, pace);
  guard.state = state;
  if (due) {
    step(w, index);
    const { disk } = siteAt(w, index);
    // A full volume has room in the file that is there; on an empty one there is none.
    const refuses = disk.mode === "read-only" || (disk.mode === "full" && disk.state === null);
    guard.failure = refuses ? "EROFS: read-only file system" : null;
    if (!refuses) {
      disk.state = state;
      guard.written = state;
      guard.writtenAt = w.now;
    }
  }
  return guard.failure === null;
}

function isDue(w: World, guard: GuardProcess, state: GuardState, pace: "now" | "lazy"): boolean {
  const { written } = guard;
  if (state === written) return false;
  if (written === null) return true;
  const keys = (Object.keys(state) as (keyof GuardState)[]).filter(
    (key) => state[key] !== written[key] && JSON.stringify(state[key]) !== JSON.stringify(written[key]),
  );
  if (pace === "lazy" && keys.every((key) => key === "dataVersion" || key === "peers"))
    return keys.length > 0 && w.now - guard.writtenAt >= LAZY_INTERVAL_MS;
  return keys.length > 0;
}
