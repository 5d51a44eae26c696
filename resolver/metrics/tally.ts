import { addHistograms, Histogram, noObservations, type HistogramSnapshot } from "./histogram";
import { addL2, emptyL2, type L2Snapshot } from "./l2Tally";

/** Where an answer came from, as the latency histogram names it. */
export const origins = ["l1", "l2", "upstream", "stale"] as const;
export type Origin = (typeof origins)[number];

export const shownRcodes = ["noerror", "nxdomain", "servfail", "refused", "formerr", "other"] as const;
export type ShownRcode = (typeof shownRcodes)[number];
const RCODE_NAMES: ReadonlyMap<number, ShownRcode> = new Map([
  [0, "noerror"],
  [1, "formerr"],
  [2, "servfail"],
  [3, "nxdomain"],
  [5, "refused"],
]);

/** What the processes that answer clients count. Plain numbers: a label costs the hit path nothing. */
export interface Counts {
  udpQueries: number;
  tcpQueries: number;
  l1Hits: number;
  l1Misses: number;
  l2Hits: number;
  l2Misses: number;
  staleAnswers: number;
  failures: number;
  dropped: number;
  rateLimited: number;
  truncated: number;
  sendErrors: number;
  tcpConnections: number;
  tcpRefused: number;
  prefetches: number;
  /** Gauges; the sum over all processes. */
  entries: number;
  bytes: number;
  inFlight: number;
}

const noCounts: Readonly<Counts> = {
  udpQueries: 0,
  tcpQueries: 0,
  l1Hits: 0,
  l1Misses: 0,
  l2Hits: 0,
  l2Misses: 0,
  staleAnswers: 0,
  failures: 0,
  dropped: 0,
  rateLimited: 0,
  truncated: 0,
  sendErrors: 0,
  tcpConnections: 0,
  tcpRefused: 0,
  prefetches: 0,
  entries: 0,
  bytes: 0,
  inFlight: 0,
};

/** A tally as it goes from one process to another. */
export interface TallySnapshot {
  readonly counts: Readonly<Counts>;
  readonly rcodes: Readonly<Record<ShownRcode, number>>;
  readonly latency: Readonly<Record<Origin, HistogramSnapshot>>;
  readonly l2: L2Snapshot;
}

/** The counters of one process that answers; what it does with the shared cache is counted apart. */
export class Tally {
  readonly counts: Counts = { ...noCounts };
  readonly latency: Readonly<Record<Origin, Histogram>> = {
    l1: new Histogram(),
    l2: new Histogram(),
    upstream: new Histogram(),
    stale: new Histogram(),
  };
  readonly #rcodes: Record<ShownRcode, number> = {
    noerror: 0,
    nxdomain: 0,
    servfail: 0,
    refused: 0,
    formerr: 0,
    other: 0,
  };

  rcode(rcode: number): void {
    this.#rcodes[RCODE_NAMES.get(rcode) ?? "other"] += 1;
  }

  snapshot(): TallySnapshot {
    const { l1, l2, upstream, stale } = this.latency;
    return {
      counts: { ...this.counts },
      rcodes: { ...this.#rcodes },
      latency: { l1: l1.snapshot(), l2: l2.snapshot(), upstream: upstream.snapshot(), stale: stale.snapshot() },
      l2: emptyL2,
    };
  }
}

export const emptySnapshot: TallySnapshot = {
  counts: noCounts,
  rcodes: { noerror: 0, nxdomain: 0, servfail: 0, refused: 0, formerr: 0, other: 0 },
  latency: { l1: noObservations, l2: noObservations, upstream: noObservations, stale: noObservations },
  l2: emptyL2,
};

/** What a process that is gone leaves to the sums: all that only grows, and nothing that it held. */
export const ofExitedWorkers = (last: TallySnapshot): TallySnapshot => ({
  ...last,
  counts: { ...last.counts, entries: 0, bytes: 0, inFlight: 0 },
  l2: { ...last.l2, breakers: emptyL2.breakers },
});

const addRecords = <K extends string>(
  a: Readonly<Record<K, number>>,
  b: Readonly<Record<K, number>>,
): Record<K, number> => {
  const sum: Record<K, number> = { ...a };
  for (const key in b) sum[key] = a[key] + b[key];
  return sum;
};

/** The sum of two processes' tallies. */
export const addSnapshots = (a: TallySnapshot, b: TallySnapshot): TallySnapshot => ({
  counts: { ...noCounts, ...addRecords<keyof Counts>(a.counts, b.counts) },
  rcodes: addRecords(a.rcodes, b.rcodes),
  latency: {
    l1: addHistograms(a.latency.l1, b.latency.l1),
    l2: addHistograms(a.latency.l2, b.latency.l2),
    upstream: addHistograms(a.latency.upstream, b.latency.upstream),
    stale: addHistograms(a.latency.stale, b.latency.stale),
  },
  l2: addL2(a.l2, b.l2),
});
