import type { Engine } from "../../server/types";

/** Files of one dump of Dragonfly: `dump-2026-11-21T06:49:29-0000.dfs`, one a shard, and `…-summary.dfs`. */
const DRAGONFLY = /^(dump-\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})-(summary|\d{4})\.dfs(\.tmp)?$/;
/** What a server leaves behind that died while it wrote one. */
const REDIS_TEMPORARY = /^temp-\d+\.rdb$/;
/** Whole dumps that stay on the volume. */
const KEPT = 2;

/** A file of the data folder, with its time of change in ms. */
export interface DataFile {
  readonly name: string;
  readonly changedAt: number;
}

/** The dump that a file belongs to, without its shard; null for a file that is none, or is not whole. */
export function dumpOf(name: string): string | null {
  const match = DRAGONFLY.exec(name);
  return match === null || match[3] !== undefined ? null : (match[1] ?? null);
}

/** Files of the server's newest whole dump; empty where there is none. */
export function newestDump(engine: Engine, names: readonly string[]): string[] {
  if (engine === "redis") return names.filter((name) => name === "dump.rdb");
  const whole = names.filter((name) => name.endsWith("-summary.dfs")).flatMap((name) => dumpOf(name) ?? []);
  const newest = whole.sort().pop();
  return newest === undefined ? [] : names.filter((name) => dumpOf(name) === newest).sort();
}

/**
 * Which files of the data folder may go while the server does not save: dumps of Dragonfly, whose names carry their
 * time, but the
 * newest whole two, and halves older than `halfMs`. Whatever has another name is not the server's dump and stays.
 */
export function staleFiles(files: readonly DataFile[], now: number, halfMs = 3_600_000): string[] {
  const whole = files.filter(({ name }) => name.endsWith("-summary.dfs")).flatMap(({ name }) => dumpOf(name) ?? []);
  const kept = new Set([...whole].sort().slice(-KEPT));
  const known = new Set(whole);
  return files
    .filter(({ name, changedAt }) => {
      const dump = dumpOf(name);
      if (dump !== null && known.has(dump)) return !kept.has(dump);
      const half = DRAGONFLY.test(name) || REDIS_TEMPORARY.test(name);
      return half && now - changedAt > halfMs;
    })
    .map(({ name }) => name);
}
