// `make demo`: the main job from end to end on two real clusters, with what it measured.
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { SiteRoleStatus } from "../guard/siterole";
import type { Engine } from "../server/types";
import { KubeApi } from "./cluster/kubeApi";
import { aclTour } from "./demo/aclTour";
import { expectExit } from "./demo/expect";
import { Figures } from "./demo/figures";
import { Deployment } from "./deployment/deployment";
import { Lab } from "./lab";
import { LabError, messageOf } from "./labError";
import { wanRttMs } from "./link/wanLink";
import { planLab, SITES, type LabSite } from "./plan";
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
  await waitFor(async () => (await statusOf(deployment, replica))?.replication?.inSync, { what: `${replica} in sync`, deadlineMs: 120_000 });
  say(`${primary} serves, ${replica} is in sync`);
  return primary;
}

async function replicate(deployment: Deployment, primary: LabSite): Promise<void> {
  const user = ["--user", "appcache", "--password-file", await deployment.passwordFile("appcache")];
  const result = await timed(`${SEED_KEYS} keys written and read in the other region`, async () =>
    expectExit("keys in the other region", await deployment.load("seed", "--url", deployment.url(primary), ...user, "--verify-url", deployment.url(other(primary), "read"), "--prefix", "cache:seed:", "--count", String(SEED_KEYS))),
  );
  say(`${SEED_KEYS} keys written through ${primary}'s Service, read back in ${other(primary)}: ${result.stdout.trim()}`);
  const status = await statusOf(deployment, other(primary));
  say(`replication lag of ${other(primary)}: ${status?.replication?.lagSeconds ?? "?"} s (by the primary's clock)`);
}

async function switchOver(deployment: Deployment, from: LabSite): Promise<LabSite> {
  const to = other(from);
  const user = ["--user", "appcache", "--password-file", await deployment.passwordFile("appcache")];
  const log = join(deployment.lab.plan.directory, "demo-acks.log");
  rmSync(log, { force: true });
  const writer = deployment.load("writer", "--url", deployment.url(to), ...user, "--prefix", `cache:demo:${Date.now()}:`, "--rate", String(WRITES_A_SECOND), "--seconds", String(WRITER_SECONDS), "--connections", "8", "--ack-log", log);
  say(`a writer beside ${to} writes ${WRITES_A_SECOND} numbered keys a second for ${WRITER_SECONDS} s`);
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  const moved = expectExit("switchover", await deployment.cli("switchover", "--to", to));
  console.log(moved.stdout.trimEnd().replace(/^/gm, "    "));
  const wrote = expectExit("writer", await writer);
  say(`writer: ${wrote.stdout.trim()}`);
  const checked = await deployment.load("checker", "--url", deployment.url(to), ...user, "--ack-log", log);
  say(`checker, a process of its own: ${checked.stdout.trim()}`);
  expectExit("checker", checked);
  const report = JSON.parse(checked.stdout) as { acknowledged: number; missing: number; wrong: number; longestGap: { ms: number } | null };
  figures.add("switchover: acknowledged writes lost", `${report.missing + report.wrong} of ${report.acknowledged}`);
  figures.add("switchover: longest gap between acknowledged writes", `${Math.round(report.longestGap?.ms ?? 0)} ms`);
  return to;
}

async function unchanged(deployment: Deployment): Promise<void> {
  for (const site of SITES) expectExit(`preview of ${site}: no changes`, await deployment.preview(site));
  say("pulumi preview of both stacks: no changes");
  const judged = await timed("preview with the policy pack", () => deployment.preview("primary", "--policy-pack", "policies", "--policy-pack-config", "lab/policies.json"));
  expectExit("preview with the policy pack", judged);
}

function whereThingsAre(deployment: Deployment, serving: LabSite): void {
  const { plan, pulumi } = deployment.lab;
  console.log(`
The lab goes on running; primary is now: ${serving}. To look around:
  export PULUMI_BACKEND_URL=${pulumi.url} PULUMI_CONFIG_PASSPHRASE_FILE=${pulumi.passphraseFile}
  export DRAGONFLY_DR_SITES=${deployment.env["DRAGONFLY_DR_SITES"]}
  npx dragonfly-dr status
${SITES.map((site) => `  KUBECONFIG=${deployment.kubeconfig(site)} kubectl -n ${CACHE_NAMESPACE} get siteroles,pods,services`).join("\n")}
  make -s lab-env        addresses, ports and the lab's passwords, as JSON
  make down              ends and removes everything
What the commands said: ${join(plan.directory, "commands.log")}`);
}

async function main(): Promise<void> {
  const engine: Engine = env["DRAGONFLY_BINARY"] ? "dragonfly" : "redis";
  console.log(engine === "redis" ? "Server engine: Redis 7.0.15 of Debian, in Dragonfly's place (no package registry carries Dragonfly; DRAGONFLY_BINARY=/path runs a real one)" : `Server engine: Dragonfly, from ${env["DRAGONFLY_BINARY"]}`);
  const toolchain = toolchainKind(env["TOOLCHAIN"]);
  const tools = await timed("toolchain", () => Toolchain.prepare(toolchain, progress));
  const lab = new Lab(planLab(env["LAB_NAME"] || "demo"), tools);
  await timed("two clusters", () => lab.up({ link: { rttMs: wanRttMs(env["WAN_RTT_MS"]), bandwidthKBps: null }, dragonfly: env["DRAGONFLY_BINARY"] || undefined }, progress));
  const deployment = await Deployment.open(lab, tools, { engine, toolchain, onCommand: (line) => say(`$ ${line}`) });

  await applyBoth(deployment);
  const primary = await introduce(deployment);
  await replicate(deployment, primary);
  await aclTour(deployment.url(primary), await deployment.passwords(), say);
  const serving = await switchOver(deployment, primary);
  await unchanged(deployment);

  figures.add("memory of the lab", `${Math.round(lab.memory() / 2 ** 20)} MiB`);
  figures.seconds("all", progress.seconds());
  console.log(`\nFigures (${engine}, ${env["WAN_RTT_MS"] || 80} ms round trip)\n${figures.render()}`);
  whereThingsAre(deployment, serving);
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = error instanceof LabError ? error.exitCode : 1;
});
