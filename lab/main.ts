import { Command } from "commander";
import { Lab } from "./lab";
import { LabError, messageOf } from "./labError";
import { wanRttMs } from "./link/wanLink";
import { planLab } from "./plan";
import { Progress } from "./progress";
import { Toolchain, toolchainKind } from "./toolchain/toolchain";

const progress = new Progress();
const env = process.env;

function theLab(): Lab {
  return new Lab(planLab(env["LAB_NAME"] || "demo"), Toolchain.prepared());
}

const program = new Command("lab").description("two Kubernetes clusters on this machine, and the line between them");
program.command("toolchain").action(async () => {
  await Toolchain.prepare(toolchainKind(env["TOOLCHAIN"]), progress);
});
program.command("up").action(async () => {
  await theLab().up({ link: { rttMs: wanRttMs(env["WAN_RTT_MS"]), bandwidthKBps: null }, dragonfly: env["DRAGONFLY_BINARY"] || undefined }, progress);
});
program.command("down").action(async () => {
  await theLab().down(progress);
});

program.parseAsync().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = error instanceof LabError ? error.exitCode : 1;
});
