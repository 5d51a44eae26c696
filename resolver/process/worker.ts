import { bytes, type Bytes } from "../../server/types";
import { isMeant } from "../back/flusher";
import { Resolution } from "../back/resolution";
import { Store } from "../cache/store";
import { CachingTier } from "../cache/tier";
import { wallClock } from "../clock";
import type { Config, RedisConfig } from "../config/config";
import { RedisLink } from "../l2/link";
import { linkOptions } from "../l2/linkOptions";
import { SharedReader, type SharedReaderOptions } from "../l2/sharedReader";
import { Tombstones } from "../l2/tombstones";
import type { Log } from "../log";
import { L2Tally } from "../metrics/l2Tally";
import { Front, tierPolicy } from "./front";
import { toWorker, type FromWorker } from "./messages";
import { RemoteSource } from "./remoteSource";
import { firstConnectionMs, sleepUntil } from "./wait";

/** More than the primary process gives itself for a question. */
const IPC_MARGIN_MS = 1_000;

/** A process that answers clients from its own cache, and asks the primary process for the rest. */
export async function runWorker(config: Config, log: Log): Promise<void> {
  const send = (message: FromWorker): void => {
    if (process.connected) process.send?.(message);
  };
  const remote = new RemoteSource(send, config.upstreamBudget + IPC_MARGIN_MS);
  const l2 = new L2Tally();
  const tombstones = new Tombstones();
  const shared =
    config.redis === undefined
      ? undefined
      : connectReader(config.redis, { mostTtl: config.ttl.most, tombstones, observer: l2, log });
  if (shared !== undefined) l2.watch("read", () => shared.reader.breaker);
  const source =
    shared === undefined
      ? remote
      : new Resolution({ shared: shared.reader, next: remote, keepStaleMs: config.keepStale, clock: wallClock });
  const tier = new CachingTier(
    new Store(shareOfCache(config).ofWorker, config.keepStale),
    source,
    tierPolicy(config),
    wallClock,
  );
  const front = new Front(config, tier, config.workers, log);

  process.on("message", (raw) => {
    const message = toWorker(raw);
    switch (message.kind) {
      case "answered":
      case "failed":
        return remote.heard(message);
      case "forget":
        tombstones.bury(message.invalidation);
        tier.forgetWhere((key) => isMeant(message.invalidation, key));
        return;
      case "report":
        return send({
          kind: "reported",
          seq: message.seq,
          tally: { ...front.snapshot(), l2: l2.snapshot() },
          popular: tier.store.popular(message.mostPopular),
        });
      case "drain":
        void front.drain().then(() => process.exit(0));
    }
  });
  // Signals reach the whole group; when to go is for the primary process to say. Without it there is nothing to do.
  process.on("SIGTERM", () => undefined);
  process.on("SIGINT", () => undefined);
  process.on("disconnect", () => process.exit(1));
  // Whoever asks at once finds the connection there.
  if (shared !== undefined && config.redis !== undefined)
    await sleepUntil(() => shared.link.client !== undefined, firstConnectionMs(config.redis));
  try {
    send({ kind: "listening", ports: await front.listen() });
  } catch (error) {
    send({ kind: "cannot-listen", reason: error instanceof Error ? error.message : "unknown" });
  }
}

function connectReader(
  redis: RedisConfig,
  options: Pick<SharedReaderOptions, "mostTtl" | "tombstones" | "observer" | "log">,
): { readonly reader: SharedReader; readonly link: RedisLink } {
  const link = new RedisLink({ ...linkOptions(redis, options.log), name: "read", endpoint: redis.read });
  link.start();
  return {
    reader: new SharedReader({ prefix: redis.prefix, read: link, capMs: redis.timeout, clock: wallClock, ...options }),
    link,
  };
}

export interface CacheShares {
  readonly ofPrimary: Bytes;
  /** Of each; 0 where the primary process answers by itself. */
  readonly ofWorker: Bytes;
}

/**
 * The bytes of the local cache that each process has; together never more than the configuration gives. What workers do
 * not have they find in the primary process, so it has a half, and they share the other for what is asked for most.
 */
export function shareOfCache({ cacheBytes, workers }: Pick<Config, "cacheBytes" | "workers">): CacheShares {
  if (workers === 1) return { ofPrimary: cacheBytes, ofWorker: bytes(0) };
  const half = Math.floor(cacheBytes / 2);
  return { ofPrimary: bytes(half), ofWorker: bytes(Math.floor(half / workers)) };
}
