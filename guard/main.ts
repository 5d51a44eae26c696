import "./runtime";
import { join } from "node:path";
import { DATA_DIRECTORY, PASSWORDS_DIRECTORY, SITE_DIRECTORY, SITE_FILE } from "../contract/mounts";
import { ports } from "../server/ports";
import { GuardApi } from "./http/api";
import { readGuardConfig, type GuardConfig } from "./config";
import { Guard } from "./guard";
import { StateFile } from "./remember/stateFile";
import { metricsServer } from "./http/metrics";
import { missingProof } from "./decide/proof";
import { RoleClient } from "./kube/roleClient";
import { ServerProcesses } from "./server/serverProcess";
import { ServerSession } from "./server/serverSession";
import { SnapshotsRelay } from "./snapshotsRelay";
import { statusOf } from "./http/status";
import { StatusWriter } from "./http/statusWriter";

const SITE_PATH = `${SITE_DIRECTORY}/${SITE_FILE}`;
/** The kubelet renews mounts about once a minute. */
const REREAD_MS = 5_000;
/** After the pod was told to stop: as long as the server may take to save its dump; the kubelet ends us before. */
const STOP_STEP_MS = 250;

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}

function main(): void {
  let config: GuardConfig = readGuardConfig(SITE_PATH, PASSWORDS_DIRECTORY);
  const stateFile = new StateFile(join(DATA_DIRECTORY, "guard", "state.json"));
  const processes = new ServerProcesses();
  const roles = new RoleClient(config.site.site, config.site.namespace, () => guard.trigger());
  // Absent from an older file: off.
  const snapshots = config.site.snapshots == null ? null : new SnapshotsRelay(() => guard.trigger());
  const guard: Guard = new Guard(
    config,
    stateFile,
    {
      roles,
      processes,
      openSession: (runId, passwords) => {
        const session = new ServerSession(runId, config.site.engine, passwords, processes);
        session.onLost = () => guard.trigger();
        return session;
      },
      dataDir: DATA_DIRECTORY,
      prove: missingProof,
      snapshots,
    },
    () => writer.offer(),
    log,
  );
  const writer = new StatusWriter(
    () => statusOf(guard),
    (status) => roles.writeStatus(status),
  );

  new GuardApi(guard, guard.gateways).listen(ports.guard);
  metricsServer(guard).listen(ports.metrics);
  roles.start();
  guard.start();
  snapshots?.start();
  log(
    `guard of site ${config.site.site} (${config.site.engine}), peers: ` +
      `${config.site.peers.map((peer) => peer.site).join(", ") || "none"}`,
  );

  setInterval(() => {
    try {
      const now = readGuardConfig(SITE_PATH, PASSWORDS_DIRECTORY);
      if (JSON.stringify(now.site) === JSON.stringify(config.site) && now.usersHash === config.usersHash) return;
      config = now;
      log("users, passwords or site changed: applying");
      guard.reconfigure(config);
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
