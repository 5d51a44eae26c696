import { Back } from "../back/back";
import type { Config } from "../config/config";
import { describeEndpoint } from "../l2/endpoint";
import type { Log } from "../log";
import { renderTally } from "../metrics/exposition";
import { HttpServer } from "../metrics/http";
import { addSnapshots, emptySnapshot, type TallySnapshot } from "../metrics/tally";
import { describeAddress } from "../upstream/address";
import type { QuestionKey } from "../wire/question";
import { WorkerPool } from "./workerPool";
import { Front, type BoundPorts } from "./front";
import { sleepUntil } from "./wait";
import { shareOfCache } from "./worker";

/** A running replica's ports. */
export interface ServicePorts extends BoundPorts {
  readonly http: number;
}

/** Whoever answers clients: this process, or workers. */
interface Answerers {
  listen(): Promise<BoundPorts>;
  drain(): Promise<void>;
  tally(): Promise<TallySnapshot>;
  popular(most: number): Promise<readonly QuestionKey[]>;
  /** undefined when they live. */
  problem(): string | undefined;
}

type State = "starting" | "ready" | "draining";

/** A whole replica of the resolver. */
export class Service {
  readonly #config: Config;
  readonly #log: Log;
  readonly #back: Back;
  readonly #answerers: Answerers;
  readonly #http: HttpServer;
  #state: State = "starting";

  /** @throws ConfigError when a file that the configuration names cannot be read. */
  constructor(config: Config, log: Log) {
    this.#config = config;
    this.#log = log;
    const crew = config.workers > 1 ? new WorkerPool(config, log) : undefined;
    this.#back = new Back({
      config,
      cacheBytes: shareOfCache(config).ofPrimary,
      popular: (most) => this.#answerers.popular(most),
      onForget: (invalidation) => crew?.forget(invalidation),
      log,
    });
    this.#answerers = crew === undefined ? this.#alone() : this.#withCrew(crew);
    this.#http = new HttpServer({
      notAlive: () => this.#answerers.problem(),
      notReady: () => (this.#state === "ready" ? this.#answerers.problem() : this.#state),
      metrics: async () =>
        renderTally(addSnapshots(await this.#answerers.tally(), { ...emptySnapshot, l2: this.#back.l2.snapshot() })) +
        (await this.#back.metrics.registry.metrics()),
      flush: (name, type) => this.#back.flush(name, type),
    });
  }

  /** @throws Error when a port cannot be opened. */
  async start(): Promise<ServicePorts> {
    const { workers, redis, upstreams } = this.#config;
    const http = await this.#http.listen(this.#config.http);
    await this.#back.start();
    const ports = await this.#answerers.listen();
    this.#state = "ready";
    this.#log("info", "ready", {
      udp: ports.udp,
      tcp: ports.tcp,
      http,
      workers,
      upstreams: upstreams.map(describeAddress).join(" "),
      sharedCache: redis === undefined ? "off" : `${describeEndpoint(redis.write)} (${redis.by})`,
      sharedCacheRead: redis === undefined ? undefined : describeEndpoint(redis.read),
    });
    return { ...ports, http };
  }

  /** Says "not ready", goes on answering until load balancers have noticed, answers what is left, and ends. */
  async stop(): Promise<void> {
    if (this.#state === "draining") return;
    this.#state = "draining";
    this.#log("info", "draining", { ms: this.#config.drain });
    await sleepUntil(() => false, this.#config.drain);
    const popular = await this.#answerers.popular(this.#config.redis?.warmNames ?? 0);
    this.#answerers.popular = () => Promise.resolve(popular);
    await this.#answerers.drain();
    await this.#back.stop();
    this.#http.close();
    this.#log("info", "stopped");
  }

  #alone(): Answerers {
    const { tier } = this.#back;
    const front = new Front(this.#config, tier, 1, this.#log);
    return {
      listen: () => front.listen(),
      drain: () => front.drain(),
      tally: () => Promise.resolve(front.snapshot()),
      popular: (most) => Promise.resolve(tier.store.popular(most).map(([key]) => key)),
      problem: () => undefined,
    };
  }

  #withCrew(crew: WorkerPool): Answerers {
    return {
      listen: () => crew.start(this.#back.tier),
      drain: () => crew.drain(),
      tally: async () => {
        const { size, bytes } = this.#back.tier.store;
        const own: TallySnapshot = { ...emptySnapshot, counts: { ...emptySnapshot.counts, entries: size, bytes } };
        return addSnapshots(await crew.tally(), own);
      },
      popular: (most) => crew.popular(most),
      problem: () => (crew.size === 0 && this.#state === "ready" ? "no worker process" : undefined),
    };
  }
}
