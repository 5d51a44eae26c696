// `make demo`: the main job from end to end on two real clusters, with what it measured.
import { join } from "node:path";
import type { SiteRoleStatus } from "../contract/siteRole";
import type { Engine } from "../server/types";
import { KubeApi } from "./cluster/kubeApi";
import { aclTour } from "./demo/aclTour";
import { expect, expectExit } from "./demo/expect";
import { Figures } from "./demo/figures";
import { Deployment } from "./deployment/deployment";
import { underLoad } from "./deployment/underLoad";
import { Lab } from "./lab";
import { LabError, messageOf } from "./labError";
import { wanRttMs } from "./link/wanLink";
import type { SeedVerified, SeedWritten } from "./load/seedKeys";
import { planLab, SITES, siteOf, type LabSite } from "./plan";
import { podProcess, residentMiB } from "./process/podProcesses";
import { waitFor } from "./process/waitFor";
import { Progress } from "./progress";
import { CACHE_NAMESPACE } from "./tls/linkTls";
import { Toolchain, toolchainKind } from "./toolchain/toolchain";

const SEED_KEYS = 300_000;
const WRITER_SECONDS = 14;
const WRITES_A_SECOND = 2_000;

const { env } = process;
const progress = new Progress();
const figures = new Figures();
const say = (line: string): void => progress.say(line);

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const begun = progress.seconds();
  const result = await work();
  figures.seconds(name, progress.seconds() - begun);
  return result;
}

async function statusOf(deployment: Deployment, site: LabSite): Promise<SiteRoleStatus | undefined> {
  const api = new KubeApi(deployment.kubeconfig(site));
  try {
    const object = await api.get(`/apis/dragonfly-dr.io/v1alpha1/namespaces/${CACHE_NAMESPACE}/siteroles/${site}`);
    return object?.["status"] as SiteRoleStatus | undefined;
  } finally {
    api.close();
  }
}

const other = (site: LabSite): LabSite => (site === "primary" ? "dr" : "primary");

async function servingSite(deployment: Deployment): Promise<LabSite | undefined> {
  for (const site of SITES) if ((await statusOf(deployment, site))?.serving === true) return site;
  return undefined;
}

async function applyBoth(deployment: Deployment): Promise<void> {
  for (const site of SITES) {
    const result = expectExit(`pulumi up of ${site}`, await deployment.up(site));
    figures.seconds(`pulumi up ${site}`, result.seconds);
    const resources = /Resources:\n((?: +.+\n)+)/.exec(result.stdout)?.[1]?.trim().replace(/\s+/g, " ") ?? "";
    say(`${site}: up in ${result.seconds.toFixed(1)} s (${resources})`);
  }
  const again = expectExit("pulumi up again", await deployment.up("primary"));
  figures.seconds("no-op up", again.seconds);
}

async function introduce(deployment: Deployment): Promise<LabSite> {
  const already = await servingSite(deployment);
  if (already === undefined && (await statusOf(deployment, "primary")) === undefined) {
    const result = await deployment.cli("init", "--primary", "primary");
    expectExit("dragonfly-dr init", result);
    say(result.stdout.trim());
  }
  const primary = await waitFor(() => servingSite(deployment), { what: "a site that serves", deadlineMs: 60_000 });
  const replica = other(primary);
  await waitFor(async () => (await statusOf(deployment, replica))?.replication?.inSync, {
    what: `${replica} in sync`,
    deadlineMs: 120_000,
  });
  say(`${primary} serves, ${replica} is in sync`);
  return primary;
}

async function replicate(deployment: Deployment, primary: LabSite): Promise<void> {
  const user = ["--user", "appcache", "--password-file", await deployment.passwordFile("appcache")];
  const result = await timed(`${SEED_KEYS} keys written and read in the other region`, async () =>
    expectExit(
      "keys in the other region",
      await deployment.load(
        "seed",
        "--url",
        deployment.url(primary),
        ...user,
        "--verify-url",
        deployment.url(other(primary), "read"),
        "--prefix",
        "cache:seed:",
        "--count",
        String(SEED_KEYS),
      ),
    ),
  );
  const { written, verified } = JSON.parse(result.stdout) as { written: SeedWritten; verified: SeedVerified };
  say(
    `${written.written} keys written through ${primary}'s Service in ${written.seconds.toFixed(1)} s; the ` +
      `last one was in ${other(primary)} at most ${verified.lastKeySeconds.toFixed(2)} s later, and all ` +
      `${verified.present} were read back there`,
  );
  const status = await statusOf(deployment, other(primary));
  say(`replication lag of ${other(primary)}: ${status?.replication?.lagSeconds ?? "?"} s (by the primary's clock)`);
}

async function switchOver(deployment: Deployment, from: LabSite): Promise<LabSite> {
  const to = other(from);
  const run = `demo-${Date.now().toString(36)}`;
  // Each writer is a round trip away from the primary for half of the time: enough of its writes must be under way at
  // once.
  const writers = SITES.map((beside) => ({
    beside,
    run: `${run}-${beside}`,
    writesASecond: WRITES_A_SECOND,
    connections: 16,
    pipeline: 10,
  }));
  say(`two writers, one in each region, write ${WRITES_A_SECOND} numbered keys a second each for ${WRITER_SECONDS} s`);
  const { written, report } = await underLoad(
    deployment,
    { writers, seconds: WRITER_SECONDS, readAt: to },
    async () => {
      const moved = expectExit("switchover", await deployment.cli("switchover", "--to", to));
      console.log(moved.stdout.trimEnd().replace(/^/gm, "    "));
    },
  );
  for (const { beside, summary } of written) {
    say(
      `writer in ${beside}: ${summary.acked} acknowledged, ${summary.unknown} unknown, errors ` +
        `${JSON.stringify(summary.errors)}`,
    );
    figures.add(
      `switchover: longest gap between acknowledged writes, client beside the ${beside === to ? "new" : "old"} primary`,
      `${Math.round(summary.longestGap?.ms ?? 0)} ms`,
    );
  }
  const lost = report.missing + report.wrong;
  say(`checker, a process of its own, read the acknowledged writes back in ${to}: ${JSON.stringify(report)}`);
  figures.add(
    "switchover: acknowledged writes lost",
    `${lost} of ${report.acknowledged} (${report.withinWindow.acknowledged} within ` +
      `${report.withinWindow.seconds} s of the handover)`,
  );
  expect(
    report.acknowledged > 0 && lost === 0,
    `switchover: ${lost} of ${report.acknowledged} acknowledged writes are lost; the writers' logs are in ` +
      `${deployment.lab.plan.directory}`,
  );
  return to;
}

async function snapshots(deployment: Deployment, serving: LabSite): Promise<void> {
  const taken = await timed("snapshot", async () =>
    expectExit("dragonfly-dr snapshot", await deployment.cli("snapshot", "--site", serving)),
  );
  console.log(taken.stdout.trimEnd().replace(/^/gm, "    "));
  const drilled = await timed("drill", async () =>
    expectExit("dragonfly-dr drill", await deployment.cli("drill", "--site", serving)),
  );
  console.log(drilled.stdout.trimEnd().replace(/^/gm, "    "));
}

async function unchanged(deployment: Deployment): Promise<void> {
  for (const site of SITES) {
    const { seconds } = expectExit(`preview of ${site}: no changes`, await deployment.preview(site));
    say(`${site}: no changes, found in ${seconds.toFixed(1)} s`);
  }
  const judged = await timed("preview with the policy pack", () =>
    deployment.preview("primary", "--policy-pack", "policies", "--policy-pack-config", "lab/policies.json"),
  );
  expectExit("preview with the policy pack", judged);
}

function whereThingsAre(deployment: Deployment, tools: Toolchain, serving: LabSite): void {
  const { plan, pulumi } = deployment.lab;
  const cache = env["DRAGONFLY_DR_CACHE"] ? `DRAGONFLY_DR_CACHE=${env["DRAGONFLY_DR_CACHE"]} ` : "";
  const kubectl = `${tools.program("kube", "kube")} kubectl -n ${CACHE_NAMESPACE}`;
  const objects = SITES.map(
    (site) => `  KUBECONFIG=${deployment.kubeconfig(site)} ${kubectl} get siteroles,pods,services`,
  );
  console.log(`
The lab goes on running; primary is now: ${serving}. To look around:
  eval "$(${cache}npx tsx lab/pulumi/env.ts)"    puts pulumi, with the lab's plugins, on PATH
  export PULUMI_BACKEND_URL=${pulumi.url} PULUMI_CONFIG_PASSPHRASE_FILE=${pulumi.passphraseFile}
  export DRAGONFLY_DR_SITES=${deployment.env["DRAGONFLY_DR_SITES"]}
  npx dragonfly-dr status
${objects.join("\n")}
  make -s lab-env        addresses, ports and the lab's passwords, as JSON
  make down              ends and removes everything
What the commands said: ${join(plan.directory, "commands.log")}`);
}

async function main(): Promise<void> {
  const engine: Engine = env["DRAGONFLY_BINARY"] ? "dragonfly" : "redis";
  const toolchain = toolchainKind(env["TOOLCHAIN"]);
  const tools = await timed("toolchain", () => Toolchain.prepare(toolchain, progress));
  const lab = new Lab(planLab(env["LAB_NAME"] || "demo"), tools);
  await timed("two clusters", () =>
    lab.up(
      {
        link: { rttMs: wanRttMs(env["WAN_RTT_MS"]), bandwidthKBps: null },
        dragonfly: env["DRAGONFLY_BINARY"] || undefined,
      },
      progress,
    ),
  );
  const deployment = await Deployment.open(lab, tools, { engine, toolchain, onCommand: (line) => say(`$ ${line}`) });

  await applyBoth(deployment);
  const primary = await introduce(deployment);
  await replicate(deployment, primary);
  await aclTour(deployment.url(primary), await deployment.passwords(), say);
  const serving = await switchOver(deployment, primary);
  await snapshots(deployment, serving);
  await unchanged(deployment);

  for (const site of SITES) {
    const guard = podProcess(siteOf(lab.plan, site), "guard");
    if (guard !== undefined) figures.add(`memory of the guard of ${site}`, `${Math.round(residentMiB(guard))} MiB`);
  }
  figures.add("memory of the lab", `${Math.round(lab.memory() / 2 ** 20)} MiB`);
  figures.seconds("all", progress.seconds());
  console.log(`\nFigures (${engine}, ${env["WAN_RTT_MS"] || 80} ms round trip)\n${figures.render()}`);
  whereThingsAre(deployment, tools, serving);
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = error instanceof LabError ? error.exitCode : 1;
});
