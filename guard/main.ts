import "./runtime";
import { join } from "node:path";
import { ports } from "../server/ports";
import { GuardApi } from "./http/api";
import { readTold, type Told } from "./config";
import { Guard } from "./guard";
import { MemoryFile } from "./remember/memoryFile";
import { metricsServer } from "./http/metrics";
import { missingProof } from "./peers/proof";
import { RoleClient } from "./kube/roleClient";
import { ServerProcesses } from "./server/serverProcess";
import { ServerSession } from "./server/serverSession";
import { SnapshotsRelay } from "./snapshotsRelay";
import { statusOf } from "./http/status";
import { StatusWriter } from "./http/statusWriter";

const SITE_FILE = "/etc/dragonfly-dr/site/site.json";
const PASSWORDS_DIR = "/etc/dragonfly-dr/passwords";
const DATA_DIR = "/data";
/** The kubelet renews mounts about once a minute. */
const REREAD_MS = 5_000;
/** After the pod was told to stop: as long as the server may take to save its dump; the kubelet ends us before. */
const STOP_STEP_MS = 250;

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}

function main(): void {
  let told: Told = readTold(SITE_FILE, PASSWORDS_DIR);
  const memory = new MemoryFile(join(DATA_DIR, "guard", "state.json"));
  const processes = new ServerProcesses();
  const roles = new RoleClient(told.site.site, told.site.namespace, () => guard.wake());
  // Absent from an older file: off.
  const snapshots = told.site.snapshots == null ? null : new SnapshotsRelay(() => guard.wake());
  const guard: Guard = new Guard(
    told,
    memory,
    {
      roles,
      processes,
      openSession: (runId, passwords) => new ServerSession(runId, told.site.engine, passwords, processes),
      dataDir: DATA_DIR,
      prove: missingProof,
      snapshots,
    },
    () => writer.offer(),
    log,
  );
  const writer = new StatusWriter(
    () => statusOf(guard, roles),
    (status) => roles.writeStatus(status),
  );

  new GuardApi(guard, roles).listen(ports.guard);
  metricsServer(guard, roles).listen(ports.metrics);
  roles.start();
  guard.start();
  snapshots?.start();
  log(
    `guard of site ${told.site.site} (${told.site.engine}), peers: ${told.site.peers.map((peer) => peer.site).join(", ") || "none"}`,
  );

  setInterval(() => {
    try {
      const now = readTold(SITE_FILE, PASSWORDS_DIR);
      if (JSON.stringify(now.site) === JSON.stringify(told.site) && now.usersHash === told.usersHash) return;
      told = now;
      log("users, passwords or site changed: applying");
      guard.tell(told);
    } catch (error) {
      log(`failed: reading what changed: ${(error as Error).message}`);
    }
  }, REREAD_MS);

  process.on("SIGTERM", () => {
    log("told to stop: closing, then waiting for the server to save its dump");
    guard.terminate();
    setInterval(() => {
      if (processes.find() !== null) return;
      guard.stop();
      snapshots?.stop();
      roles.stop();
      process.exit(0);
    }, STOP_STEP_MS);
  });
}

main();
