import { bytes, type Bytes } from "../../server/types";
import { isMeant } from "../back/flusher";
import { Store } from "../cache/store";
import { CachingTier } from "../cache/tier";
import { wallClock } from "../clock";
import type { Config } from "../config/config";
import type { Log } from "../log";
import { Front, tierPolicy } from "./front";
import { toWorker, type FromWorker } from "./messages";
import { RemoteSource } from "./remoteSource";

/** More than the primary process gives itself for a question. */
const IPC_MARGIN_MS = 1_000;

/** A process that answers clients from its own cache, and asks the primary process for the rest. */
export async function runWorker(config: Config, log: Log): Promise<void> {
  const send = (message: FromWorker): void => {
    if (process.connected) process.send?.(message);
  };
  const source = new RemoteSource(send, config.upstreamBudget + IPC_MARGIN_MS);
  const tier = new CachingTier(new Store(shareOfCache(config), config.keepStale), source, tierPolicy(config), wallClock);
  const front = new Front(config, tier, config.workers, log);

  process.on("message", (raw) => {
    const message = toWorker(raw);
    switch (message.kind) {
      case "answered":
      case "failed":
        return source.heard(message);
      case "forget":
        tier.forgetWhere((key) => isMeant(message, key));
        return;
      case "report":
        return send({ kind: "reported", seq: message.seq, tally: front.snapshot(), popular: tier.store.popular(message.mostPopular) });
      case "drain":
        void front.drain().then(() => process.exit(0));
    }
  });
  // Signals reach the whole group; when to go is for the primary process to say. Without it there is nothing to do.
  process.on("SIGTERM", () => undefined);
  process.on("SIGINT", () => undefined);
  process.on("disconnect", () => process.exit(1));
  try {
    send({ kind: "listening", ports: await front.listen() });
  } catch (error) {
    send({ kind: "cannot-listen", reason: error instanceof Error ? error.message : "unknown" });
  }
}

/** Bytes of the local cache for each of the workers and the primary process. */
export const shareOfCache = (config: Config): Bytes => bytes(Math.floor(config.cacheBytes / (config.workers === 1 ? 1 : config.workers + 1)));
