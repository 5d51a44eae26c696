import cluster from "node:cluster";
import { setFlagsFromString } from "node:v8";
import { readConfig } from "../config/config";
import { createLog } from "../log";
import { Service } from "../process/service";
import { runWorker } from "../process/worker";

/** Runs a replica until SIGTERM or SIGINT; a second signal ends it at once. @throws ConfigError */
export async function serve(): Promise<void> {
  // The cache is most of the heap, and it stays: V8 must not let as much again pile up before it looks for garbage.
  setFlagsFromString("--optimize-for-size");
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  if (cluster.isWorker) return runWorker(config, log);

  const service = new Service(config, log);
  let signals = 0;
  const stop = (): void => {
    signals += 1;
    if (signals > 1) process.exit(1);
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log("error", "stopping failed", { problem: error instanceof Error ? error.message : "unknown" });
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  await service.start();
}
