import type { Credentials, Endpoint } from "./connection";
import { connect } from "./connection";
import type { ExpectedKey, KeyFinding, ReadBack } from "./readBack";

export interface SeedOptions {
  readonly prefix: string;
  readonly run: string;
  readonly count: number;
}

const CONNECTIONS = 4;
const BATCH = 1_000;

const seedKey = ({ prefix, run }: SeedOptions, number: number): ExpectedKey => ({
  key: `${prefix}${number}`,
  value: `${run}:${number}`,
});

export interface SeedWritten {
  readonly written: number;
  readonly seconds: number;
}

/**
 * Writes `count` keys in pipelines over a few connections. @throws Error at the first write that is refused: there is
 * nobody to hand over to here.
 */
export async function writeSeed(
  endpoint: Endpoint,
  credentials: Credentials,
  options: SeedOptions,
): Promise<SeedWritten> {
  const started = performance.now();
  let next = 0;
  const writeShare = async (): Promise<void> => {
    const redis = await connect(endpoint, credentials, { connectMs: 5_000, commandMs: 30_000 });
    try {
      while (next < options.count) {
        const first = next;
        next = Math.min(options.count, first + BATCH);
        const pairs = Array.from({ length: next - first }, (_, i) => seedKey(options, first + i)).flatMap(
          ({ key, value }) => [key, value],
        );
        await redis.mset(pairs);
      }
    } finally {
      redis.disconnect();
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, writeShare));
  return { written: options.count, seconds: (performance.now() - started) / 1_000 };
}

export interface SeedVerified {
  readonly present: number;
  readonly missing: number;
  readonly wrong: number;
  /** From the call until the last key written could be read: at most the replication lag. */
  readonly lastKeySeconds: number;
  readonly seconds: number;
}

/** Reads every seeded key back, after the last one has arrived or `arriveWithinMs` is over. */
export async function verifySeed(
  source: ReadBack,
  options: SeedOptions,
  arriveWithinMs: number,
): Promise<SeedVerified> {
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1_000;
  const last = [seedKey(options, options.count - 1)];
  while ((await source.read(last))[0] !== "present" && elapsed() * 1_000 < arriveWithinMs);
  const lastKeySeconds = elapsed();
  const findings = await source.read(Array.from({ length: options.count }, (_, i) => seedKey(options, i)));
  const count = (wanted: KeyFinding): number => findings.filter((finding) => finding === wanted).length;
  return {
    present: count("present"),
    missing: count("missing"),
    wrong: count("wrong"),
    lastKeySeconds,
    seconds: elapsed(),
  };
}
