import { untilFed } from "./fed";
import { SharedServer, startOurs, type Subject } from "./servers";
import { table } from "./statistics";
import type { Tools } from "./tools";
import { Upstream } from "./upstream";
import { runWorkload, type Workload } from "./workload";
import { hitRateByRoom, hitRateByTtl, hitRateOfAll, zipfShares } from "./zipf";

const REPLICAS = 3;
/** What is counted is who has the answer, not how soon: a machine that does much else must not make it a miss. */
const PATIENT = { HEIMDALL_REDIS_TIMEOUT_MS: "1000" };
const UPSTREAM_DELAY_MS = 30;

interface Scenario {
  readonly title: string;
  readonly workload: Workload;
  /** Seconds. */
  readonly ttl: number;
  readonly env: Readonly<Record<string, string>>;
  /**
   * The hit rate that theory expects of replicas alone, and of those that share, given what they were seen to get and
   * hold.
   */
  readonly alone: (shares: readonly number[], seen: Outcome) => number;
  readonly shared: (shares: readonly number[], seen: Outcome) => number;
}

/** Chosen so that a replica alone has about the 60 % of the seed's table. */
const SHORT_TTLS: Workload = { names: 10_000, exponent: 0.9, rate: 1_300, warmUp: 12, seconds: 18 };
const LITTLE_ROOM: Workload = { names: 20_000, exponent: 0.95, rate: 1_500, warmUp: 12, seconds: 20 };
const TTL = 10;

const SCENARIOS: readonly Scenario[] = [
  {
    title: `TTL ${TTL} s, room for all`,
    workload: SHORT_TTLS,
    ttl: TTL,
    env: {},
    alone: (shares, { perSecond }) => hitRateByTtl(shares, (perSecond * TTL) / REPLICAS),
    shared: (shares, { perSecond }) => hitRateByTtl(shares, perSecond * TTL),
  },
  {
    title: "TTL 1 h, 1 MiB in each replica",
    workload: LITTLE_ROOM,
    ttl: 3_600,
    env: { HEIMDALL_CACHE_BYTES: "1Mi" },
    alone: (shares, { entries }) => hitRateByRoom(shares, entries),
    shared: (shares, { from, queries }) => hitRateOfAll(shares, from, from + queries),
  },
];

interface Counters {
  readonly queries: number;
  readonly hits: number;
  readonly entries: number;
  readonly sharedFailures: number;
}

/** What came of the queries that were counted; rates are parts of them. */
interface Outcome {
  /** Queries before counting began, and counted: those that arrived, which a busy machine may make fewer. */
  readonly from: number;
  readonly queries: number;
  readonly perSecond: number;
  readonly hits: number;
  readonly upstream: number;
  /** Operations of the shared cache that failed: a machine too busy to measure on. */
  readonly sharedFailures: number;
  /** Answers in a replica's own cache. */
  readonly entries: number;
}

async function countersOf(subjects: readonly Subject[]): Promise<Counters> {
  const texts = await Promise.all(
    subjects.map(async ({ http }) => (await fetch(`http://127.0.0.1:${http}/metrics`)).text()),
  );
  const sum = (series: RegExp): number =>
    texts.flatMap((text) => [...text.matchAll(series)]).reduce((total, [, value]) => total + Number(value), 0);
  return {
    queries: sum(/^heimdall_queries_total\{.*\} (\d+)$/gm),
    hits: sum(/^heimdall_cache_hits_total\{.*\} (\d+)$/gm),
    entries: sum(/^heimdall_cache_size\{.*\} (\d+)$/gm),
    sharedFailures: sum(/^heimdall_l2_errors_total\{.*\} (\d+)$/gm),
  };
}

async function measure(tools: Tools, { workload, ttl, env }: Scenario, sharing: "alone" | "shared"): Promise<Outcome> {
  const upstream = await Upstream.start(UPSTREAM_DELAY_MS, ttl);
  const redis = sharing === "shared" ? await SharedServer.start(tools) : undefined;
  const subjects: Subject[] = [];
  try {
    const setting = {
      upstreamPort: upstream.port,
      ...(redis === undefined ? {} : { redisPort: redis.port }),
      env: { HEIMDALL_WORKERS: "1", HEIMDALL_PREFETCH: "false", ...PATIENT, ...env },
    };
    for (let i = 0; i < REPLICAS; i++) subjects.push(await startOurs(tools, setting));
    const none: Counters = { queries: 0, hits: 0, entries: 0, sharedFailures: 0 };
    let before = none;
    let begun = 0;
    await runWorkload(
      subjects.map(({ port }) => port),
      workload,
      async () => {
        before = await countersOf(subjects);
        await upstream.asked();
        begun = performance.now();
      },
    );
    const seconds = (performance.now() - begun) / 1000;
    const after = await countersOf(subjects);
    const queries = after.queries - before.queries;
    return {
      from: before.queries,
      queries,
      perSecond: queries / seconds,
      hits: (after.hits - before.hits) / queries,
      upstream: (await upstream.asked()) / queries,
      sharedFailures: (after.sharedFailures - before.sharedFailures) / queries,
      entries: after.entries / REPLICAS,
    };
  } finally {
    for (const subject of subjects) await subject.stop();
    await redis?.stop();
    upstream.stop();
  }
}

/** The seed's claim, on a workload by Zipf's law, with what theory says beside it. @returns Markdown. */
export async function measureHitRates(tools: Tools): Promise<string> {
  const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
  const rows: string[][] = [];
  for (const scenario of SCENARIOS) {
    const { names, exponent, rate } = scenario.workload;
    const fed = (sharing: "alone" | "shared"): Promise<Outcome> =>
      untilFed(`${scenario.title}, ${sharing}`, scenario.workload.rate, () => measure(tools, scenario, sharing));
    const [alone, shared] = [await fed("alone"), await fed("shared")];
    const shares = zipfShares(names, exponent);
    const [aloneInTheory, sharedInTheory] = [scenario.alone(shares, alone), scenario.shared(shares, shared)];
    const what =
      `${scenario.title}; ${names.toLocaleString("en")} names, exponent ${exponent}, ` +
      `${[alone, shared].map(({ perSecond }) => perSecond.toFixed(0)).join(" and ")} of ${rate} queries/s ` +
      "arrived";
    rows.push([
      what,
      percent(alone.hits),
      percent(aloneInTheory),
      percent(shared.hits),
      percent(sharedInTheory),
      `${percent(alone.upstream)} → ${percent(shared.upstream)}`,
      percent(shared.sharedFailures),
    ]);
  }
  const head = [
    `${REPLICAS} replicas`,
    "hits alone",
    "in theory",
    "hits shared",
    "in theory",
    "queries that went upstream",
    "Redis failed or was late",
  ];
  return [
    "**Hit rate** (either tier) of replicas that each client's query reaches by chance, names by Zipf's law, " +
      "prefetching off.",
    table(head, rows),
    "The seed says 60 % → 85 %. When TTLs alone end an entry's life, sharing among three replicas can do no " +
      "more than treble the queries that each entry serves: from 60 % at most to 82 % (all names equally " +
      "popular), and less the more uneven they are. 85 % and more is had where the replicas' own memory is " +
      "what was short.",
  ].join("\n\n");
}
