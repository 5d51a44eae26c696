import type { Config } from "../config/config";
import type { CachingTier, TierPolicy } from "../cache/tier";
import { wallClock } from "../clock";
import { Handler } from "../front/handler";
import { Limiter } from "../front/limiter";
import { TcpServer } from "../front/tcp";
import { UdpServer } from "../front/udp";
import type { Log } from "../log";
import { Tally, type TallySnapshot } from "../metrics/tally";
import { sleepUntil } from "./wait";

/** How long answers on their way may take once listening is over, in milliseconds. */
const LAST_ANSWERS_MS = 6_000;
const SWEEP_EVERY_MS = 5_000;
/** Entries looked at in one sweep: some milliseconds' work. */
const SWEEP_ENTRIES = 5_000;
/** Hits after which an answer is popular enough to be refreshed ahead of time. */
const PREFETCH_HITS = 3;
const FAILURE_MS = 1_000;
const FAILURE_WITH_RESERVE_MS = 5_000;
const MOST_PORTS_TRIED = 50;

export const tierPolicy = (config: Config): TierPolicy => ({
  keepStaleMs: config.keepStale,
  staleAfterMs: config.staleAfter,
  failureMs: FAILURE_MS,
  failureWithReserveMs: FAILURE_WITH_RESERVE_MS,
  prefetchHits: config.prefetch === "popular" ? PREFETCH_HITS : Infinity,
  mostInFlight: config.mostInFlight,
});

/** The ports in use: those of the configuration unless these are 0. */
export interface BoundPorts {
  readonly udp: number;
  readonly tcp: number;
}

/** What answers clients: sockets, limits and counters around a caching tier. There is one in every worker process. */
export class Front {
  readonly #config: Config;
  readonly #tier: CachingTier;
  readonly #tally = new Tally();
  readonly #udp: UdpServer;
  readonly #tcp: TcpServer;
  #sweep: NodeJS.Timeout | undefined;

  /** @param share how many fronts share the port and so each client's queries. */
  constructor(config: Config, tier: CachingTier, share: number, log: Log) {
    this.#config = config;
    this.#tier = tier;
    const handler = new Handler({
      tier,
      limiter: new Limiter({ perSecond: config.clientRate / share, burst: config.clientBurst / share }),
      tally: this.#tally,
      mostUdpBytes: config.mostUdpBytes,
      l2: config.redis === undefined ? "absent" : "present",
      clock: wallClock,
    });
    this.#udp = new UdpServer(handler, this.#tally, config.listen.family, log);
    const limits = {
      connections: Math.ceil(config.tcpConnections / share),
      connectionsPerClient: Math.ceil(config.tcpConnectionsPerClient / share),
      idleMs: config.tcpIdle,
    };
    this.#tcp = new TcpServer(handler, this.#tally, limits, log);
  }

  /** @throws Error when a port cannot be opened. */
  async listen(): Promise<BoundPorts> {
    const ports = await this.#listenOnBoth();
    this.#sweep = setInterval(() => this.#tier.store.sweep(wallClock(), SWEEP_ENTRIES), SWEEP_EVERY_MS).unref();
    return ports;
  }

  /**
   * One number for both transports. Where the kernel chooses, what is free for UDP may be taken for TCP: another then.
   */
  async #listenOnBoth(): Promise<BoundPorts> {
    const { listen } = this.#config;
    for (let attempt = 1; ; attempt++) {
      const udp = await this.#udp.listen(listen);
      try {
        return { udp, tcp: await this.#tcp.listen({ ...listen, port: udp }) };
      } catch (error) {
        this.#udp.close();
        if (listen.port !== 0 || attempt === MOST_PORTS_TRIED) throw error;
      }
    }
  }

  snapshot(): TallySnapshot {
    const { counts } = this.#tally;
    counts.entries = this.#tier.store.size;
    counts.bytes = this.#tier.store.bytes;
    counts.inFlight = this.#tier.inFlight;
    counts.prefetches = this.#tier.prefetches;
    return this.#tally.snapshot();
  }

  /** Ends listening once every query that has come in is answered. */
  async drain(): Promise<void> {
    clearInterval(this.#sweep);
    const tcp = this.#tcp.drain();
    await sleepUntil(() => this.#udp.pending === 0, LAST_ANSWERS_MS);
    this.#udp.close();
    await Promise.race([tcp, sleepUntil(() => false, LAST_ANSWERS_MS)]);
    this.#tcp.destroy();
  }
}
