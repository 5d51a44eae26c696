import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { dnsperf, type DnsperfResult } from "./dnsperf";
import { untilFed } from "./fed";
import { SharedServer, startOurs, startRouteDns, type StartSubject, type Subject } from "./servers";
import { median, percentile, table } from "./statistics";
import { ROUTEDNS_VERSION, type Tools } from "./tools";
import { Upstream } from "./upstream";
import { defined } from "../../server/records";

const UPSTREAM_DELAY_MS = 30;
const TTL_SECONDS = 3_600;
/** Few enough a second for no query to wait for another: what is measured is the way of one. */
const LATENCY = { rate: 1_000, outstanding: 20, clients: 4, seconds: 4, rounds: 3 } as const;
const SHARED = { names: 3_000, rate: 500 } as const;
const THROUGHPUT = { names: 1_000, outstanding: 100, clients: 8, seconds: 4, rounds: 4 } as const;
const MANY_NAMES = 100_000;

interface Candidate {
  readonly title: string;
  readonly start: StartSubject;
}

const WITH_ROOM = { HEIMDALL_CACHE_BYTES: "1Gi" };
const CANDIDATES: readonly Candidate[] = [
  { title: "resolver", start: (tools, setting) => startOurs(tools, { ...setting, env: WITH_ROOM }) },
  { title: `RouteDNS ${ROUTEDNS_VERSION}`, start: startRouteDns },
];
const ONE_PROCESS: Candidate = {
  title: "resolver, one process",
  start: (tools, setting) => startOurs(tools, { ...setting, env: { ...WITH_ROOM, HEIMDALL_WORKERS: "1" } }),
};

const ms = (value: number): string => value.toFixed(value < 1 ? 3 : 1);
const spread = (values: readonly number[]): readonly string[] =>
  [0.5, 0.9, 0.99].map((part) => ms(percentile(values, part)));

/** Latency, throughput and memory of ours and RouteDNS, in turns, before the same upstream. */
export class Speed {
  readonly #tools: Tools;
  readonly #upstream: Upstream;
  readonly #folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-bench-"));

  private constructor(tools: Tools, upstream: Upstream) {
    this.#tools = tools;
    this.#upstream = upstream;
  }

  /** Measures all. @returns Markdown. */
  static async run(tools: Tools): Promise<string> {
    const upstream = await Upstream.start(UPSTREAM_DELAY_MS, TTL_SECONDS);
    const speed = new Speed(tools, upstream);
    try {
      return [await speed.#latencies(), await speed.#throughput(), await speed.#memory()].join("\n\n");
    } finally {
      upstream.stop();
      rmSync(speed.#folder, { recursive: true, force: true });
    }
  }

  #names(prefix: string, count: number): string {
    const file = join(this.#folder, `${prefix}-${count}`);
    writeFileSync(file, Array.from({ length: count }, (_, i) => `${prefix}${i}.bench.example A\n`).join(""));
    return file;
  }

  async #with<T>(
    candidates: readonly Candidate[],
    redisPort: number | undefined,
    act: (subjects: readonly Subject[]) => Promise<T>,
  ): Promise<T> {
    const subjects: Subject[] = [];
    try {
      for (const { start } of candidates)
        subjects.push(
          await start(this.#tools, {
            upstreamPort: this.#upstream.port,
            ...defined({ redisPort }),
          }),
        );
      return await act(subjects);
    } finally {
      for (const subject of subjects) await subject.stop();
    }
  }

  #load(
    subject: Subject,
    names: string,
    load: Omit<Parameters<typeof dnsperf>[1], "port" | "names">,
  ): Promise<DnsperfResult> {
    return dnsperf(this.#tools.dnsperf, { port: subject.port, names, ...load });
  }

  async #latencies(): Promise<string> {
    const [misses, l1, l2] = [
      await this.#missesAndHits("misses"),
      await this.#missesAndHits("hits"),
      await this.#sharedHits(),
    ];
    const rows = CANDIDATES.map(({ title }, i) => [title, ...[l1, l2, misses].flatMap((of) => spread(of[i] ?? []))]);
    const head = ["ms", "L1 hit p50", "p90", "p99", "L2 hit p50", "p90", "p99", "miss p50", "p90", "p99"];
    return (
      `**Latency** by dnsperf, ${LATENCY.rate} queries a second (L2 and misses: ${SHARED.rate}, each name ` +
      `once; L2: names that another replica has asked for).\n\n${table(head, rows)}`
    );
  }

  /** Names asked for the first time, or over and over. */
  async #missesAndHits(which: "misses" | "hits"): Promise<readonly (readonly number[])[]> {
    const names = this.#names(which, THROUGHPUT.names);
    return this.#with(CANDIDATES, undefined, async (subjects) => {
      const found: number[][] = subjects.map(() => []);
      // The programs' code is warm, as in a replica that has run for a minute; and, for hits, each process has the
      // names.
      const before = which === "hits" ? names : this.#names("other", SHARED.names);
      for (const subject of subjects)
        for (let i = 0; i < 4; i++)
          await this.#load(subject, before, {
            for: "once",
            outstanding: LATENCY.outstanding,
            clients: LATENCY.clients,
          });
      for (let round = 0; round < (which === "hits" ? LATENCY.rounds : 1); round++) {
        for (const [i, subject] of subjects.entries()) {
          const { outstanding, clients } = LATENCY;
          const { latencies, lost } =
            which === "hits"
              ? await untilFed("L1 hits", LATENCY.rate, () =>
                  this.#load(subject, names, {
                    for: { seconds: LATENCY.seconds },
                    outstanding,
                    clients,
                    rate: LATENCY.rate,
                    latencies: "kept",
                  }),
                )
              : // What has been asked for is no miss any more: other names for another attempt.
                await untilFed("misses", SHARED.rate, (attempt) =>
                  this.#load(subject, this.#names(`misses${attempt}x`, THROUGHPUT.names), {
                    for: "once",
                    outstanding,
                    clients,
                    rate: SHARED.rate,
                    latencies: "kept",
                  }),
                );
          if (lost > 0)
            throw new Error(
              `${lost} queries lost at no more than ${LATENCY.rate} a second: the machine is too busy to measure on`,
            );
          found[i]?.push(...latencies);
        }
      }
      return found;
    });
  }

  /** One replica asks; another, which starts without any, finds it all in Redis. */
  async #sharedHits(): Promise<readonly (readonly number[])[]> {
    const found: (readonly number[])[] = [];
    for (const candidate of CANDIDATES)
      found.push(
        (await untilFed(`L2 hits of ${candidate.title}`, SHARED.rate, () => this.#sharedHitsOf(candidate))).latencies,
      );
    return found;
  }

  async #sharedHitsOf(candidate: Candidate): Promise<DnsperfResult> {
    const names = this.#names("shared", SHARED.names);
    const { outstanding, clients } = LATENCY;
    const redis = await SharedServer.start(this.#tools);
    try {
      return await this.#with([candidate, candidate], redis.port, async ([first, second]) => {
        if (first === undefined || second === undefined) throw new Error("two replicas were to be started");
        // As above.
        await this.#load(second, this.#names("other", SHARED.names), { for: "once", outstanding, clients });
        const before = await redis.size();
        await this.#load(first, names, { for: "once", outstanding, clients });
        while ((await redis.size()) < before + SHARED.names) await delay(20);
        await this.#upstream.asked();
        const result = await this.#load(second, names, {
          for: "once",
          outstanding,
          clients,
          rate: SHARED.rate,
          latencies: "kept",
        });
        const asked = await this.#upstream.asked();
        // Both leave Redis out of an answer that would wait for it for too long; on a busy machine some do.
        if (asked > SHARED.names * 0.1)
          throw new Error(`${candidate.title}: ${asked} of ${SHARED.names} names were not found in Redis`);
        return result;
      });
    } finally {
      await redis.stop();
    }
  }

  async #throughput(): Promise<string> {
    const names = this.#names("hot", THROUGHPUT.names);
    const { outstanding, clients, seconds, rounds } = THROUGHPUT;
    return this.#with(CANDIDATES, undefined, async (subjects) => {
      const results: DnsperfResult[][] = subjects.map(() => []);
      for (const subject of subjects) await this.#load(subject, names, { for: { seconds }, outstanding, clients });
      for (let round = 0; round < rounds; round++)
        for (const [i, subject] of subjects.entries())
          results[i]?.push(await this.#load(subject, names, { for: { seconds }, outstanding, clients }));
      const rates = results.map((each) => median(each.map(({ perSecond }) => perSecond)));
      const rows = CANDIDATES.map(({ title }, i) => {
        const of = results[i] ?? [];
        const all = of.map(({ perSecond }) => perSecond);
        const thousands = (value: number): string => (value / 1000).toFixed(1);
        return [
          title,
          thousands(rates[i] ?? NaN),
          `${thousands(Math.min(...all))} to ${thousands(Math.max(...all))}`,
          String(of.reduce((sum, { lost }) => sum + lost, 0)),
          ((rates[i] ?? NaN) / (rates[1] ?? NaN)).toFixed(2),
        ];
      });
      const head = ["", "thousand queries/s, median", "from … to", "lost", `of ${CANDIDATES[1]?.title ?? ""}'s`];
      return (
        `**Throughput** of hits by dnsperf on the same machine, ${outstanding} queries on their way at once from ` +
        `${clients} sockets, ${rounds} rounds of ${seconds} s in turns.\n\n${table(head, rows)}`
      );
    });
  }

  async #memory(): Promise<string> {
    const names = this.#names("many", MANY_NAMES);
    const rows: string[][] = [];
    for (const candidate of [...CANDIDATES, ONE_PROCESS]) {
      const row = await this.#with([candidate], undefined, async ([subject]) => {
        if (subject === undefined) return [];
        const empty = subject.memory();
        // Twice, so that what one process has learnt is in the others too, as it is after some time.
        for (let i = 0; i < 2; i++) await this.#load(subject, names, { for: "once", outstanding: 400, clients: 8 });
        const full = subject.memory();
        const mib = (value: number): string => (value / 2 ** 20).toFixed(0);
        return [candidate.title, mib(empty), mib(full), ((full - empty) / MANY_NAMES).toFixed(0)];
      });
      rows.push(row);
    }
    return (
      `**Memory** (proportional set size of all processes) for ${MANY_NAMES.toLocaleString("en")} names in the ` +
      `local cache.\n\n${table(["", "empty, MiB", "full, MiB", "bytes a name"], rows)}`
    );
  }
}
