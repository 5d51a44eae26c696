import { count, list, object, or, text, wordOr, type Value } from "./describe";
import { compareDataVersions } from "./epochs";

/** How many branches a heartbeat carries; a copy of an older one counts as diverged, which costs a dump. */
const MOST_BRANCHES = 8;

/**
 * Where one run of a server stopped to be the source of the data and another went on: everything that the run had
 * stamped with an (epoch, sequence) below this one is in the data of those that came after it.
 */
export const branch = object({ run: text, epoch: count, sequence: count });
export type Branch = Value<typeof branch>;

/**
 * How a server came by what it holds, the least certain first: `loaded` from a dump by its present run, `copied` by its
 * present run from a source, or `whole`: it has written the newest heartbeat itself, or that heartbeat is sealed,
 * written when nobody could write any more.
 */
const STANDINGS = ["loaded", "copied", "whole"] as const;

/**
 * What a data set is a state of. The newest heartbeat in it says (epoch, sequence) and the run that stamped it; between
 * that heartbeat and the next there are many states, and `standing` tells them apart: a server that is back from a dump
 * has less than a copy that went on, and no copy has more than the server that writes.
 */
export const dataState = object({
  epoch: count,
  sequence: count,
  run: or(text, ""),
  standing: wordOr(STANDINGS, "loaded"),
  history: or(list(branch), []),
});
export type DataState = Value<typeof dataState>;

/** The one order of any two states of the data: below 0 where `a` is the older. */
export const compareData = (a: DataState, b: DataState): number =>
  compareDataVersions(a, b) || STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing);

/**
 * Whether everything that `copy` holds is in `source` too, so that nothing is lost when `source` replaces it. False
 * where that is not certain.
 */
export function contains(source: DataState, copy: DataState): boolean {
  if (source.run === copy.run) {
    const order = compareDataVersions(copy, source);
    return order < 0 || (order === 0 && source.standing === "whole");
  }
  return source.history.some((left) => left.run === copy.run && compareDataVersions(copy, left) < 0);
}

/**
 * The history that the next run stamps its heartbeats with.
 * @param own - what it holds as it begins.
 * @param complete - no other copy of that branch can hold more: a proven handover, or what the branch's own run holds.
 */
export function branchOff(own: DataState | null, complete: boolean): readonly Branch[] {
  if (own === null) return [];
  const left: Branch = { run: own.run, epoch: own.epoch, sequence: own.sequence + (complete ? 1 : 0) };
  return [...own.history.filter(({ run }) => run !== own.run), left].slice(-MOST_BRANCHES);
}
