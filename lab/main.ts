import { Command } from "commander";
import { Lab } from "./lab";
import { LabError, messageOf } from "./labError";
import { labEnvironment } from "./labEnvironment";
import { wanRttMs } from "./link/wanLink";
import { machineFacts } from "./preflight/facts";
import { lacks } from "./preflight/judge";
import { cacheDirectory } from "./paths";
import { planLab } from "./plan";
import { Progress } from "./progress";
import { buildGoTool } from "./toolchain/goBuild";
import { TEST_TOOLS } from "./toolchain/testTools";
import { Toolchain, toolchainKind } from "./toolchain/toolchain";

const progress = new Progress();
const env = process.env;

function theLab(): Lab {
  return new Lab(planLab(env["LAB_NAME"] || "demo"), Toolchain.prepared());
}

/** For what is done to the link of a lab that runs. */
function theLink(): Lab["link"] {
  return theLab().link;
}

const program = new Command("lab").description("two Kubernetes clusters on this machine, and the line between them");
program.command("toolchain").action(async () => {
  await Toolchain.prepare(toolchainKind(env["TOOLCHAIN"]), progress);
});
program.command("test-tools").action(async () => {
  for (const tool of Object.values(TEST_TOOLS)) await buildGoTool(cacheDirectory(), tool, progress);
});
program.command("up").action(async () => {
  await theLab().up(
    {
      link: { rttMs: wanRttMs(env["WAN_RTT_MS"]), bandwidthKBps: null },
      dragonfly: env["DRAGONFLY_BINARY"] || undefined,
    },
    progress,
  );
});
program.command("down").action(async () => {
  await theLab().down(progress);
});
program.command("preflight").action(() => {
  const lines = lacks(machineFacts(toolchainKind(env["TOOLCHAIN"])));
  if (lines.length > 0)
    throw new LabError(
      ["this machine cannot run the lab; nothing was touched:", ...lines.map((line) => `  ${line}`)].join("\n"),
      2,
    );
});
program.command("env").action(async () => {
  const engine = env["DRAGONFLY_BINARY"] ? "dragonfly" : "redis";
  console.log(
    JSON.stringify(
      await labEnvironment(theLab(), Toolchain.prepared(), toolchainKind(env["TOOLCHAIN"]), engine),
      null,
      2,
    ),
  );
});
const link = program.command("link").description("what the line between the sites does to what passes it");
link
  .command("cut")
  .option("--from <site>", "only what this site sends vanishes")
  .action(async ({ from }: { from?: string }) => {
    await theLink().cut(from);
  });
link.command("reset").action(async () => {
  await theLink().reset();
});
link.command("heal").action(async () => {
  await theLink().heal();
});
link.command("rtt <milliseconds>").action(async (text: string) => {
  await theLink().set({ rttMs: wanRttMs(text) });
});

program.parseAsync().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = error instanceof LabError ? error.exitCode : 1;
});
