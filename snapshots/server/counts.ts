import { parseInfo } from "../../server/replication";
import type { Range } from "../manifest";
import type { Connection } from "./connection";

/** Keys without expiry by number of the database. */
export type Counts = Readonly<Record<string, number>>;

/** From `INFO keyspace`: `db0:keys=12,expires=3,…`. */
export function countsOf(keyspace: string): Counts {
  const counts: Record<string, number> = {};
  for (const [name, value] of parseInfo(keyspace)) {
    const db = /^db(\d+)$/.exec(name)?.[1];
    const keys = /(?:^|,)keys=(\d+)/.exec(value)?.[1];
    const expires = /(?:^|,)expires=(\d+)/.exec(value)?.[1] ?? "0";
    if (db !== undefined && keys !== undefined) counts[db] = Number(keys) - Number(expires);
  }
  return counts;
}

export async function readCounts(server: Connection): Promise<Counts> {
  return countsOf(await server.text("INFO", "keyspace"));
}

/** What a dump that was taken while all of these held may hold; a database that is not named has none. */
export function rangesOf(seen: readonly Counts[]): Readonly<Record<string, Range>> {
  const databases = [...new Set(seen.flatMap((counts) => Object.keys(counts)))].sort((a, b) => Number(a) - Number(b));
  return Object.fromEntries(
    databases.map((db) => {
      const values = seen.map((counts) => counts[db] ?? 0);
      return [db, { least: Math.min(...values), most: Math.max(...values) }];
    }),
  );
}
