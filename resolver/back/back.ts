import type { Bytes } from "../../server/types";
import { CachingTier } from "../cache/tier";
import { Store } from "../cache/store";
import { wallClock } from "../clock";
import type { Config, RedisConfig } from "../config/config";
import { RedisLink } from "../l2/link";
import { linkOptions } from "../l2/linkOptions";
import { SharedReader } from "../l2/sharedReader";
import { SharedWriter } from "../l2/sharedWriter";
import { Tombstones, type Invalidation } from "../l2/tombstones";
import type { Log } from "../log";
import { L2Tally } from "../metrics/l2Tally";
import { BackMetrics } from "../metrics/registry";
import { firstConnectionMs, sleepUntil } from "../process/wait";
import { tierPolicy } from "../process/front";
import { Forwarder } from "../upstream/forwarder";
import { Prober } from "../upstream/prober";
import { CLASS, TYPE } from "../wire/codes";
import { keyOf, type QuestionKey } from "../wire/question";
import { Flusher, isMeant, type FlushResult } from "./flusher";
import { Resolution } from "./resolution";
import { Upstreams } from "./upstreams";
import { Warmer } from "./warmer";

const LAST_WRITES_MS = 1_000;

/** What upstreams are asked to see whether they live: the root's servers, which every resolver knows. */
const PROBE = keyOf({ name: "\0", type: TYPE.ns, class: CLASS.internet, dnssecOk: false, checkingDisabled: false });

export interface BackOptions {
  readonly config: Config;
  /** Bytes of the local cache of this process. */
  readonly cacheBytes: Bytes;
  /** Popular names over all processes of this replica, the most popular first. */
  readonly popular: (most: number) => Promise<readonly QuestionKey[]>;
  /** Tells the other processes of this replica what to forget. */
  readonly onForget: (invalidation: Invalidation) => void;
  readonly log: Log;
}

interface Links {
  readonly read: RedisLink;
  readonly write: RedisLink;
  readonly subscribe: RedisLink;
}

interface Halves {
  readonly reader: SharedReader;
  readonly writer: SharedWriter;
  readonly links: Links;
  readonly warmNames: number;
}

interface Shared extends Halves {
  readonly warmer: Warmer | undefined;
}

/**
 * What there is one of in a replica: the writing and listening connections to the shared cache, the judgement of
 * upstreams, and the local cache that stands before them.
 */
export class Back {
  readonly metrics = new BackMetrics();
  readonly l2 = new L2Tally();
  readonly tier: CachingTier;
  readonly #options: BackOptions;
  readonly #prober: Prober;
  readonly #flusher: Flusher;
  readonly #shared: Shared | undefined;

  /** @throws ConfigError when the CA file cannot be read. */
  constructor(options: BackOptions) {
    this.#options = options;
    const { config, log } = options;
    const tombstones = new Tombstones();
    const forwarder = new Forwarder({
      upstreams: config.upstreams,
      ttl: config.ttl,
      caseOfNames: config.caseOfNames,
      budgetMs: config.upstreamBudget,
      observer: this.metrics,
      clock: wallClock,
      log,
    });
    this.metrics.watchUpstreams(forwarder);
    this.#prober = new Prober(forwarder, PROBE);
    const halves = config.redis === undefined ? undefined : this.#makeHalves(config.redis, tombstones);
    const upstreams = new Upstreams(forwarder, halves?.writer);
    // Workers have looked into the shared cache by themselves when they ask.
    const source =
      halves === undefined || config.workers > 1
        ? upstreams
        : new Resolution({ shared: halves.reader, next: upstreams, keepStaleMs: config.keepStale, clock: wallClock });
    this.tier = new CachingTier(new Store(options.cacheBytes, config.keepStale), source, tierPolicy(config), wallClock);
    this.#flusher = new Flusher({
      prefix: config.redis?.prefix ?? "",
      shared: halves?.writer,
      tombstones,
      forget: (invalidation) => {
        options.onForget(invalidation);
        return this.tier.forgetWhere((key) => isMeant(invalidation, key));
      },
      clock: wallClock,
      log,
    });
    if (halves !== undefined) {
      const { reader, writer, warmNames } = halves;
      this.l2.watch("write", () => writer.breaker);
      if (config.workers === 1) this.l2.watch("read", () => reader.breaker);
      const warmer =
        warmNames === 0
          ? undefined
          : new Warmer({
              reader,
              writer,
              tier: this.tier,
              names: warmNames,
              popular: options.popular,
              clock: wallClock,
              log,
            });
      this.#shared = { ...halves, warmer };
    }
  }

  /** Connects and warms the cache; ends within a few seconds whatever the shared cache does. */
  async start(): Promise<void> {
    this.#prober.start();
    const shared = this.#shared;
    const { redis } = this.#options.config;
    if (shared === undefined || redis === undefined) return;
    for (const link of Object.values(shared.links)) link.start();
    if (shared.warmer === undefined) return;
    if (await sleepUntil(() => shared.links.read.client !== undefined, firstConnectionMs(redis)))
      await shared.warmer.warm();
    shared.warmer.start();
  }

  /** @param name wire form in lower case. */
  flush(name: string, type: number | undefined): Promise<FlushResult> {
    return this.#flusher.flush(name, type);
  }

  /** Writes what is still to be written, then lets go of everything. */
  async stop(): Promise<void> {
    this.#prober.stop();
    const shared = this.#shared;
    if (shared === undefined) return;
    shared.warmer?.stop();
    await shared.warmer?.write();
    await sleepUntil(() => shared.writer.writing === 0, LAST_WRITES_MS);
    shared.reader.stop();
    for (const link of Object.values(shared.links)) link.stop();
  }

  /** The reading half and the writing one, over connections that are not made yet. */
  #makeHalves(redis: RedisConfig, tombstones: Tombstones): Halves {
    const { config, log } = this.#options;
    const links = this.#makeLinks(redis);
    const common = { ...redis, ...links, observer: this.l2, clock: wallClock, log };
    const reader = new SharedReader({ ...common, capMs: redis.timeout, mostTtl: config.ttl.most, tombstones });
    return { reader, writer: new SharedWriter(common), links, warmNames: redis.warmNames };
  }

  #makeLinks(redis: RedisConfig): Links {
    const common = linkOptions(redis, this.#options.log);
    return {
      read: new RedisLink({ ...common, name: "read", endpoint: redis.read }),
      write: new RedisLink({ ...common, name: "write", endpoint: redis.write }),
      // The primary's channel: a replica's server may not pass on what is published there.
      subscribe: new RedisLink({
        ...common,
        name: "subscribe",
        endpoint: redis.write,
        onReady: (client) => this.#flusher.listen(client),
      }),
    };
  }
}
