import { createHash } from "node:crypto";
import { RESERVED_PREFIX } from "../../server/acl/user";
import type { SampledKey } from "../manifest";
import type { Connection } from "./connection";
import { digestOf, isReadable, isTooLong, lengthCommand, readCommand } from "./value";

/** Keys that are sampled in each database; most keys of a cache expire, so that more are tried. */
export const SAMPLE_SIZE = 256;
const TRIES = 8 * SAMPLE_SIZE;
const BATCH = 64;

/**
 * Random keys that do not expire, with their values' digests. Keys that are too large, or of a type of one server only,
 * are passed over.
 */
export async function takeSample(server: Connection, databases: readonly number[]): Promise<SampledKey[]> {
  const sample: SampledKey[] = [];
  for (const db of databases) {
    await server.call("SELECT", db);
    const tried = new Set<string>();
    const found: SampledKey[] = [];
    for (let tries = 0; tries < TRIES && found.length < SAMPLE_SIZE; tries += BATCH) {
      const fresh: Buffer[] = [];
      for (const key of await server.pipeline(Array.from({ length: BATCH }, () => ["RANDOMKEY"]))) {
        if (key instanceof Error) throw key;
        if (
          !Buffer.isBuffer(key) ||
          key.toString("latin1").startsWith(RESERVED_PREFIX) ||
          tried.has(key.toString("base64"))
        )
          continue;
        tried.add(key.toString("base64"));
        fresh.push(key);
      }
      found.push(...(await digests(server, db, fresh)));
    }
    sample.push(...found.slice(0, SAMPLE_SIZE));
  }
  return sample;
}

/** The same keys again; those that have gone, or expire by now, are missing. */
export async function readAgain(server: Connection, sample: readonly SampledKey[]): Promise<SampledKey[]> {
  const again: SampledKey[] = [];
  for (const db of new Set(sample.map((each) => each.db))) {
    await server.call("SELECT", db);
    again.push(
      ...(await digests(
        server,
        db,
        sample.filter((each) => each.db === db).map(({ key }) => Buffer.from(key, "base64")),
      )),
    );
  }
  return again;
}

/** Those that are the same in both. */
export function unchanged(before: readonly SampledKey[], after: readonly SampledKey[]): SampledKey[] {
  const seen = new Set(after.map(identity));
  return before.filter((each) => seen.has(identity(each))).sort((a, b) => a.db - b.db || (a.key < b.key ? -1 : 1));
}

export const identity = ({ db, key, type, digest }: SampledKey): string => `${db} ${key} ${type} ${digest}`;

export const sampleChecksum = (sample: readonly SampledKey[]): string =>
  createHash("sha256").update(sample.map(identity).join("\n")).digest("hex");

async function digests(server: Connection, db: number, keys: readonly Buffer[]): Promise<SampledKey[]> {
  const found: SampledKey[] = [];
  for (let i = 0; i < keys.length; i += BATCH) {
    const batch = keys.slice(i, i + BATCH);
    const facts = await server.pipeline(
      batch.flatMap((key) => [
        ["TYPE", key],
        ["PTTL", key],
      ]),
    );
    const kept = batch
      .map((key, at) => ({ key, type: String(facts[2 * at]), expires: facts[2 * at + 1] }))
      .filter(({ type, expires }) => isReadable(type) && expires === -1);
    const lengths = await server.pipeline(kept.map(({ type, key }) => lengthCommand(type, key)));
    const short = kept.filter(({ type }, at) => !isTooLong(type, lengths[at] ?? null));
    const values = await server.pipeline(short.map(({ type, key }) => readCommand(type, key)));
    short.forEach(({ key, type }, at) => {
      const digest = digestOf(type, values[at] ?? null);
      if (digest !== null) found.push({ db, key: key.toString("base64"), type, digest });
    });
  }
  return found;
}
