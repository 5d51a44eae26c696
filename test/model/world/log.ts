import type { Heartbeat } from "../../../contract/heartbeat";

/**
 * Client writes, as a chain of runs of writes. Every server that begins to take writes begins a run of its own, so two
 * logs are equal, one holds the other, or they have diverged, and the chain says which.
 */
export interface Log {
  readonly run: number;
  readonly count: number;
  readonly base: Log | null;
}

/** What a server holds: the guards' stamp, and what clients wrote. */
export interface Data {
  readonly beat: Heartbeat | null;
  readonly log: Log | null;
}

export const EMPTY: Data = { beat: null, log: null };

/** Whether `a` holds every write of `b`. */
export function holds(a: Log | null, b: Log | null): boolean {
  if (b === null) return true;
  for (let at = a; at !== null; at = at.base) if (at.run === b.run) return at.count >= b.count;
  return false;
}

/** The newest state that both hold. */
export function common(a: Log | null, b: Log | null): Log | null {
  for (let x = a; x !== null; x = x.base)
    for (let y = b; y !== null; y = y.base) if (x.run === y.run) return x.count <= y.count ? x : y;
  return null;
}

/** `log` with one more write, of the run `run`. */
export const written = (log: Log | null, run: number): Log =>
  log !== null && log.run === run ? { ...log, count: log.count + 1 } : { run, count: 1, base: log };

export function describeLog(log: Log | null): string {
  if (log === null) return "empty";
  const base = log.base === null ? "" : `${describeLog(log.base)} `;
  const round = log.run >= 26 ? Math.floor(log.run / 26) : "";
  return `${base}${String.fromCharCode(65 + (log.run % 26))}${round}${log.count}`;
}
