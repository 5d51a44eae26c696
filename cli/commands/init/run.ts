import type { SiteName } from "../../../server/types";
import { reasonAt, withSites, type CommandRun } from "../../command/commandRun";
import type { CommandContext } from "../../command/context";
import { awaitFollowing } from "../../command/following";
import { dryRun, type Result } from "../../command/result";
import type { SiteClients } from "../../command/siteClients";
import type { JournalEntry } from "../../journal";
import { ApiRefusal, SiteUnreachable } from "../../kube/stores";
import { servesAt } from "../../plan/view";
import type { InitOptions } from "./command";
import { decideInit, type InitVerdict } from "./plan";

type Introduction = Extract<InitVerdict, { kind: "proceed" }>;

/** Introduces the sites to each other, once: all follow `primary`, which serves at its first epoch. */
export async function init(options: InitOptions, context: CommandContext): Promise<Result> {
  const { primary } = options;
  const unfinishedRun = await context.journal.read("init", primary);
  return await withSites<Introduction>(context, {
    command: "init",
    named: [primary],
    dryRun: options.dryRun,
    // A lease cannot be made in a namespace that is missing, and the decision names what is missing.
    leases: "after",
    decide: async (views, clients) => {
      const missing = await missingIn(clients);
      return decideInit(context.sites, views, missing, primary, unfinishedRun === null ? "new" : "begun-here");
    },
    describe: ({ create }) => {
      const steps = create.map(
        (s) => `siterole/${s.site}: ${s.role === "primary" ? "primary" : `replica of ${s.source}`} at epoch ${s.epoch}`,
      );
      return dryRun("init", [...steps, `wait until ${primary} serves and the others follow in sync`], { create });
    },
    act: (verdict, run) => introduce(verdict, options, verdict.resumed ? unfinishedRun : null, run),
  });
}

async function introduce(
  { create, resumed }: Introduction,
  options: InitOptions,
  earlier: JournalEntry | null,
  run: CommandRun,
): Promise<Result> {
  const { primary } = options;
  const { record, context } = run;
  record.moves(null, primary, "initial");
  record.began(earlier, null);
  await run.beginJournal({ to: primary, plan: null, epoch: null, lagAtStartSeconds: null }, earlier);
  for (const [i, spec] of create.entries()) {
    record.steps.begin(`introduce ${spec.site} as ${spec.role}`);
    const failed = await run.write(spec.site, null, spec, options.timeout);
    if (failed === null) continue;
    const changed = i > 0 || resumed || failed.outcome === "unknown";
    if (!changed) await context.journal.end();
    const nextStep = `run dragonfly-dr init --primary ${primary} again, which goes on from here`;
    return await record.end({ outcome: changed ? "unfinished" : "rolled back", problems: [failed.problem], nextStep });
  }
  const problem = await awaitSites(options, run);
  if (problem !== null) {
    const nextStep = "the sites are introduced; mend what the problem names, then look at dragonfly-dr status";
    return await record.end({ outcome: "unfinished", problems: [problem], nextStep });
  }
  await context.journal.end();
  return await record.end({ outcome: "done" });
}

/** @returns what has not come about in time; null when everything has. */
async function awaitSites(
  { primary, timeout, wait, waitTimeout }: InitOptions,
  run: CommandRun,
): Promise<string | null> {
  const { record, clients } = run;
  record.steps.begin(`wait for ${primary} to serve`);
  const serves = (): true | null => {
    const { latest } = clients.of(primary);
    if (latest !== null && servesAt(latest, latest.spec.epoch)) return true;
    const status = latest?.status;
    record.steps.tell(status === undefined ? "its guard has not reported yet" : `${status.phase}: ${status.reason}`);
    return null;
  };
  if ((await run.until(serves, timeout)).kind !== "found")
    return `site ${primary}: does not serve yet (${reasonAt(run, primary)}); see to its server pod`;
  if (!wait) return null;
  const replicas = clients.others(primary).map((watch) => watch.site);
  const waited = await awaitFollowing(replicas, primary, waitTimeout, run);
  if (waited.kind === "found") return null;
  return replicas.map((site) => `site ${site}: ${reasonAt(run, site)}`).join("; ");
}

async function missingIn(clients: SiteClients): Promise<Map<SiteName, readonly string[]>> {
  const lacks = clients.all.map(async (watch): Promise<[SiteName, readonly string[]]> => {
    try {
      return [watch.site, await watch.missing()];
    } catch (error) {
      // The view of the same site has the reason.
      if (error instanceof SiteUnreachable) return [watch.site, []];
      if (error instanceof ApiRefusal) return [watch.site, [error.problem]];
      throw error;
    }
  });
  return new Map(await Promise.all(lacks));
}
