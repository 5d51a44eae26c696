import cluster, { type Worker } from "node:cluster";
import type { CachingTier } from "../cache/tier";
import type { Config } from "../config/config";
import type { Invalidation } from "../l2/tombstones";
import type { Log } from "../log";
import { addSnapshots, emptySnapshot, ofExitedWorkers, type TallySnapshot } from "../metrics/tally";
import type { QuestionKey } from "../wire/question";
import type { BoundPorts } from "./front";
import { fromWorker, type FromWorker, type Popularity, type ToWorker } from "./messages";

type Report = Extract<FromWorker, { readonly kind: "reported" }>;

/** A worker that cannot say how it is within this time counts as it was when it last said so. */
const REPORT_MS = 3_000;
const RESPAWN_MS = 500;
/** MiB; V8's own is 16, three times over in each process, for the sake of programs whose young objects live longer. */
const YOUNG_GENERATION = "--max-semi-space-size=4";

/** The worker processes of a replica, as the primary process sees them. */
export class WorkerPool {
  readonly #config: Config;
  readonly #log: Log;
  readonly #reports = new Map<number, (report: Report) => void>();
  /** What workers that died had counted when they last said so: counters never fall. */
  #departed: TallySnapshot = emptySnapshot;
  readonly #lastTally = new Map<number, TallySnapshot>();
  #seq = 0;
  #isDraining = false;

  constructor(config: Config, log: Log) {
    this.#config = config;
    this.#log = log;
  }

  /** Workers that are there. */
  get size(): number {
    return this.#workers().length;
  }

  /**
   * Starts the workers. @param tier answers what they ask for. @returns when all listen.
   * @throws Error when one cannot listen, or dies first.
   */
  async start(tier: CachingTier): Promise<BoundPorts> {
    // The kernel hands connections to whichever worker is free; passing them on would be the primary process's work.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.setupPrimary({ serialization: "advanced", execArgv: [...process.execArgv, YOUNG_GENERATION] });
    const started = await Promise.all(Array.from({ length: this.#config.workers }, () => this.#spawn(tier)));
    cluster.on("exit", (worker, code) => this.#exited(worker, code, tier));
    const ports = started[0] ?? { udp: 0, tcp: 0 };
    if (started.some((each) => each.udp !== ports.udp))
      throw new Error("the kernel gave the workers different ports; start again, or name a port in HEIMDALL_BIND_ADDR");
    return ports;
  }

  forget(invalidation: Invalidation): void {
    for (const worker of this.#workers()) send(worker, { kind: "forget", invalidation });
  }

  /** The sum of all workers' tallies, those of workers that are gone included. */
  async tally(): Promise<TallySnapshot> {
    await this.#report(0);
    return [...this.#lastTally.values()].reduce(addSnapshots, this.#departed);
  }

  /** The names shown most often, over all workers. */
  async popular(most: number): Promise<readonly QuestionKey[]> {
    const reports = await this.#report(most);
    const hits = new Map<QuestionKey, number>();
    for (const [key, count] of reports.flatMap((report) => report.popular)) hits.set(key, (hits.get(key) ?? 0) + count);
    const sorted: Popularity = [...hits].sort((a, b) => b[1] - a[1]);
    return sorted.slice(0, most).map(([key]) => key);
  }

  /** Lets every worker answer what it has, and end. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    await Promise.all(
      this.#workers().map(
        (worker) =>
          new Promise<void>((resolve) => {
            worker.once("exit", () => resolve());
            send(worker, { kind: "drain" });
          }),
      ),
    );
  }

  #workers(): readonly Worker[] {
    return Object.values(cluster.workers ?? {}).filter((worker): worker is Worker => worker?.isConnected() === true);
  }

  #spawn(tier: CachingTier): Promise<BoundPorts> {
    const worker = cluster.fork();
    return new Promise((resolve, reject) => {
      worker.once("exit", (code) => reject(new Error(`a worker ended with code ${code} before it listened`)));
      worker.on("message", (raw: unknown) => {
        const message = fromWorker(raw);
        switch (message.kind) {
          case "listening":
            return resolve(message.ports);
          case "cannot-listen":
            return reject(new Error(message.reason));
          case "ask":
            return void this.#answer(worker, message, tier);
          case "reported":
            this.#lastTally.set(worker.id, message.tally);
            this.#reports.get(message.seq)?.(message);
            this.#reports.delete(message.seq);
        }
      });
    });
  }

  async #answer(
    worker: Worker,
    { seq, key, purpose }: Extract<FromWorker, { readonly kind: "ask" }>,
    tier: CachingTier,
  ): Promise<void> {
    try {
      const served = await tier.resolve(key, purpose);
      send(worker, { kind: "answered", seq, served });
    } catch (error) {
      send(worker, { kind: "failed", seq, reason: error instanceof Error ? error.message : "unknown" });
    }
  }

  async #report(mostPopular: number): Promise<readonly Report[]> {
    const asked = this.#workers().map(
      (worker) =>
        new Promise<Report | undefined>((resolve) => {
          const seq = ++this.#seq;
          const timer = setTimeout(() => {
            this.#reports.delete(seq);
            resolve(undefined);
          }, REPORT_MS);
          this.#reports.set(seq, (report) => {
            clearTimeout(timer);
            resolve(report);
          });
          send(worker, { kind: "report", seq, mostPopular });
        }),
    );
    return (await Promise.all(asked)).filter((report) => report !== undefined);
  }

  #exited(worker: Worker, code: number, tier: CachingTier): void {
    const last = this.#lastTally.get(worker.id);
    this.#lastTally.delete(worker.id);
    if (last !== undefined) this.#departed = addSnapshots(this.#departed, ofExitedWorkers(last));
    if (this.#isDraining) return;
    this.#log("error", "worker ended", { code });
    setTimeout(() => {
      if (!this.#isDraining)
        this.#spawn(tier).catch((error: unknown) =>
          this.#log("error", "worker not replaced", { problem: String(error) }),
        );
    }, RESPAWN_MS);
  }
}

/** A worker that is going away cannot be told anything; its clients ask again. */
function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, undefined, () => undefined);
}
