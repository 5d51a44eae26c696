import { keyOf, valueOf, type AckLogContent, type LogEntry } from "./ackLog";
import { GapTracker, printGap, type Gap, type PrintedGap } from "./gap";
import type { KeyFinding, ReadBack } from "./readBack";

/** What became of the acknowledged writes of one or more logs. */
export interface LossReport {
  readonly acknowledged: number;
  readonly unknown: number;
  /** Acknowledged, and the key is not there. */
  readonly missing: number;
  /** Acknowledged, and the key has another value. */
  readonly wrong: number;
  readonly firstMissing: { readonly key: string; readonly at: string } | null;
  readonly lastMissing: { readonly key: string; readonly at: string } | null;
  /** Over all logs; their clocks are one. */
  readonly longestGap: PrintedGap | null;
  /** Around the longest gap, from `seconds` before it to `seconds` after. */
  readonly withinWindow: { readonly seconds: number; readonly acknowledged: number; readonly lost: number };
  /** False when a writer was killed: acknowledgements of its last 10 ms may not have been logged. */
  readonly complete: boolean;
}

const WINDOW_SECONDS = 2;

interface Acknowledged {
  readonly key: string;
  readonly value: string;
  readonly entry: LogEntry;
}

/** Reads every acknowledged write of the logs back. @throws Error when the endpoint does not answer. */
export async function checkLoad(logs: readonly AckLogContent[], source: ReadBack): Promise<LossReport> {
  const acknowledged = logs.flatMap(({ header, entries }) =>
    entries
      .filter(({ outcome }) => outcome === "acknowledged")
      .map((entry): Acknowledged => ({
        key: keyOf(header, entry.number),
        value: valueOf(header, entry.number),
        entry,
      })),
  );
  const findings = await source.read(acknowledged);
  return judgeLoad(logs, acknowledged, findings);
}

function judgeLoad(
  logs: readonly AckLogContent[],
  acknowledged: readonly Acknowledged[],
  findings: readonly KeyFinding[],
): LossReport {
  const lost = acknowledged.filter((_, i) => findings[i] !== "present");
  const missing = acknowledged.filter((_, i) => findings[i] === "missing");
  const gap = longestGap(logs, acknowledged);
  return {
    acknowledged: acknowledged.length,
    unknown: logs.flatMap(({ entries }) => entries).filter(({ outcome }) => outcome === "unknown").length,
    missing: missing.length,
    wrong: lost.length - missing.length,
    firstMissing: describe(missing[0]),
    lastMissing: describe(missing.at(-1)),
    longestGap: printGap(gap),
    withinWindow: {
      seconds: WINDOW_SECONDS,
      acknowledged: acknowledged.filter(({ entry }) => isNear(entry, gap)).length,
      lost: lost.filter(({ entry }) => isNear(entry, gap)).length,
    },
    complete: logs.every(({ end }) => end !== null),
  };
}

function longestGap(logs: readonly AckLogContent[], acknowledged: readonly Acknowledged[]): Gap | null {
  const tracker = new GapTracker();
  const inOrder = acknowledged.map(({ entry }) => entry.at).sort((a, b) => Number(a.monotonic - b.monotonic));
  for (const at of inOrder) tracker.acknowledged(at);
  const ends = logs.flatMap(({ end }) => (end === null ? [] : [end])).sort((a, b) => Number(a.monotonic - b.monotonic));
  return tracker.finish(ends.at(-1) ?? null);
}

function isNear({ at }: LogEntry, gap: Gap | null): boolean {
  const margin = BigInt(WINDOW_SECONDS) * 1_000_000_000n;
  return gap !== null && at.monotonic >= gap.from.monotonic - margin && at.monotonic <= gap.to.monotonic + margin;
}

const describe = (write: Acknowledged | undefined): LossReport["firstMissing"] =>
  write === undefined ? null : { key: write.key, at: new Date(write.entry.at.wall).toISOString() };
