import { Cron } from "croner";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ports } from "../server/ports";
import type { Engine } from "../server/types";
import { snapshotsApi } from "./api";
import { readSnapshotsFile } from "./config";
import { DATA_DIRECTORY, PASSWORDS_DIRECTORY } from "../contract/mounts";
import { CONFIG_FILE, credentialsFolder, log } from "./paths";
import { Connection } from "./server/connection";
import { placesIn, Snapshots } from "./snapshots";
import { S3Store } from "./store/s3Store";
import { Dumper } from "./take/dump";
import { askGuard } from "./take/guardView";

const LOOK_MS = 600_000;
/** The kubelet renews mounts about once a minute. */
const REREAD_MS = 15_000;
/** A dump of 100 GB at 50 MB/s. */
const DUMP_LIMIT_MS = 2_000_000;

/** Over loopback: Dragonfly's admin port, which knows no ACL; Redis' users for steering and for reading. */
function connectTo(engine: Engine): (as: "steering" | "reading") => Promise<Connection> {
  return (as) => {
    const user = engine === "dragonfly" ? "default" : as === "steering" ? "guard" : "snapshots";
    const password = readFileSync(join(PASSWORDS_DIRECTORY, user), "utf8");
    return Connection.open({
      host: "127.0.0.1",
      port: engine === "dragonfly" ? ports.serverAdmin : ports.client,
      username: engine === "dragonfly" ? null : user,
      password,
    });
  };
}

/** Beside the server: on schedule and on request, until the pod is told to stop. */
export async function run(): Promise<void> {
  let config = readSnapshotsFile(CONFIG_FILE);
  const store = new S3Store({ ...config, credentials: credentialsFolder() });
  const places = placesIn(DATA_DIRECTORY);
  const { staging } = places;
  let schedule: Cron | null = null;
  const snapshots = new Snapshots(
    config,
    {
      store,
      dumper: new Dumper(config.engine, DATA_DIRECTORY, staging),
      ask: () => askGuard(),
      connect: connectTo(config.engine),
      dumpLimitMs: DUMP_LIMIT_MS,
      now: Date.now,
    },
    places,
    () => schedule?.nextRun() ?? null,
    log,
  );
  const follow = (cron: string | null): void => {
    schedule?.stop();
    schedule = cron === null ? null : new Cron(cron, { timezone: "UTC" }, () => void snapshots.take());
  };
  follow(config.cron);
  const server = snapshotsApi(snapshots).listen(ports.snapshots, "127.0.0.1");
  log(`snapshots of site ${config.site} to ${config.bucket}/${config.prefix}: ${config.cron ?? "on request"}`);
  await snapshots.look();

  const timers = [
    setInterval(() => void snapshots.look(), LOOK_MS),
    setInterval(() => {
      try {
        const now = readSnapshotsFile(CONFIG_FILE);
        if (JSON.stringify(now) === JSON.stringify(config)) return;
        log("the configuration changed: applying");
        if (now.cron !== config.cron) follow(now.cron);
        config = now;
        snapshots.reconfigure(now);
      } catch (error) {
        log(`failed: reading what changed: ${(error as Error).message}`);
      }
    }, REREAD_MS),
  ];
  const stop = (): void => {
    timers.forEach(clearInterval);
    schedule?.stop();
    snapshots.stop();
    server.close();
    store.close();
    process.exit(0);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}
