import type { CommandDefinition } from "../command/definition";
import { checkCommand } from "./checkCommand";
import { drillCommand } from "./drill/command";
import { failbackCommand } from "./failback/command";
import { failoverCommand } from "./failover/command";
import { initCommand } from "./init/command";
import { peerLostCommand, serveCommand } from "./overrideHold/command";
import { receiptsCommand } from "./receipts/command";
import { renderCommand } from "./renderCommand";
import { restoreCommand } from "./restore/command";
import { snapshotCommand } from "./snapshot/command";
import { statusCommand } from "./status/command";
import { switchoverCommand } from "./switchover/command";

/** Every command there is, in the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [
  initCommand,
  statusCommand,
  switchoverCommand,
  failoverCommand,
  failbackCommand,
  serveCommand,
  peerLostCommand,
  snapshotCommand,
  restoreCommand,
  drillCommand,
  receiptsCommand,
  renderCommand,
  checkCommand,
];
