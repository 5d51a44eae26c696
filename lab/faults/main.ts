// `make faults`: failures injected for real, under writers in both regions. FAULTS="name …", RUNS=10.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Deployment } from "../deployment/deployment";
import { Lab } from "../lab";
import { LabError, messageOf } from "../labError";
import { wanRttMs } from "../link/wanLink";
import { PROJECT_ROOT } from "../paths";
import { planLab, SITES } from "../plan";
import { Progress } from "../progress";
import { Toolchain, toolchainKind } from "../toolchain/toolchain";
import { describeViolations } from "./checker/report";
import { FaultLab } from "./run/faultLab";
import { describeMachine } from "./run/machine";
import { keepResult, resultOf } from "./run/results";
import { runScenario, type RunOutcome } from "./run/runScenario";
import { scenarios, scenariosNamed } from "./scenarios";

const HISTORIES = join(PROJECT_ROOT, ".faults");
const MAX_RUNS = 1_000;

const { env } = process;
const engine = env["DRAGONFLY_BINARY"] ? "dragonfly" : "redis";

async function open(progress: Progress): Promise<FaultLab> {
  const toolchain = toolchainKind(env["TOOLCHAIN"]);
  const tools = Toolchain.prepared();
  const lab = new Lab(planLab(env["LAB_NAME"] || "demo"), tools);
  await lab.up(
    {
      link: { rttMs: wanRttMs(env["WAN_RTT_MS"]), bandwidthKBps: null },
      dragonfly: env["DRAGONFLY_BINARY"] || undefined,
    },
    progress,
  );
  await lab.link.heal();
  const deployment = await Deployment.open(lab, tools, { engine, toolchain });
  for (const site of SITES) {
    const { code, stdout, stderr } = await deployment.up(site);
    if (code !== 0) throw new LabError(`pulumi up of ${site}: ${`${stdout}${stderr}`.trim().slice(-2_000)}`);
    progress.say(`${site}: pulumi up done`);
  }
  const w = await FaultLab.of(lab, deployment);
  if ((await w.role("primary")) === undefined) {
    const { code, stdout, stderr } = await w.command("init --primary primary");
    if (code !== 0) throw new LabError(`init: ${`${stdout}${stderr}`.trim()}`);
  }
  return w;
}

function tell(outcome: RunOutcome, progress: Progress): void {
  const { report, problem, folder, scenario } = outcome;
  const served = report?.servedAgainMs == null ? "never" : `after ${(report.servedAgainMs / 1000).toFixed(2)} s`;
  const found =
    report === null
      ? [`not to the end (${folder})`]
      : [
          `${report.violations.length} violations`,
          `${report.acknowledged} acknowledged`,
          `${report.lostAsAllowed} lost as promised`,
          `served again ${served}`,
        ];
  progress.say(`${scenario}: ${found.join(", ")}`);
  if (problem !== null) console.log(`    ${problem}`);
  for (const line of describeViolations(report?.violations ?? [])) console.log(`    ${line}`);
}

async function main(): Promise<void> {
  const chosen = scenariosNamed((env["FAULTS"] ?? "").split(/\s+/).filter((name) => name !== ""));
  const runs = Number(env["RUNS"] || 1);
  if (!Number.isSafeInteger(runs) || runs < 1 || runs > MAX_RUNS)
    throw new LabError(`RUNS: "${env["RUNS"]}" is not a number from 1 to ${MAX_RUNS}`, 2);
  const progress = new Progress();
  const w = await open(progress);
  const sitting = new Date().toISOString().replace(/[:.]/g, "-");
  let bad = 0;
  for (const scenario of chosen) {
    const machine = describeMachine(engine);
    const outcomes: RunOutcome[] = [];
    for (let run = 1; run <= runs; run++) {
      const outcome = await runScenario(w, scenario, join(HISTORIES, sitting, `${scenario.name}-${run}`));
      tell(outcome, progress);
      outcomes.push(outcome);
      const isGood = outcome.problem === null && outcome.report?.violations.length === 0;
      if (!isGood) bad += 1;
      // Those that show nothing are large, and are not looked at again.
      else if (env["KEEP"] !== "1") rmSync(outcome.folder, { recursive: true });
    }
    keepResult(resultOf(scenario.name, outcomes, machine), scenarios);
  }
  console.log(`docs/faults.md: written; histories: ${join(HISTORIES, sitting)}`);
  if (bad > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = error instanceof LabError ? error.exitCode : 1;
});
