import type { Milliseconds, SiteName } from "../../../server/types";
import { refused } from "../../failure";
import { decideInit } from "./plan";
import { servesAt } from "../../plan/view";
import { ApiRefusal, SiteUnreachable } from "../../store";
import { awaitFollowing } from "../../command/following";
import { checkSites, SiteClients } from "../../command/siteClients";
import { CommandRecord } from "../../command/record";
import { dryRun, type Result } from "../../command/result";
import type { CommandContext } from "../../command/context";
import { tryWrite } from "../../command/tryWrite";
import type { SiteEntry } from "../../sites/entry";

export interface InitOptions {
  readonly primary: SiteName;
  /** For the primary to serve. */
  readonly timeout: Milliseconds;
  /** How long the replicas may take to be in sync; null: they are not waited for. */
  readonly follow: Milliseconds | null;
  readonly run: "really" | "dry";
}

/** Introduces the sites to each other, once: everybody follows `primary`, which serves at epoch 1. */
export async function init(
  entries: readonly SiteEntry[],
  options: InitOptions,
  context: CommandContext,
): Promise<Result> {
  const { primary } = options;
  checkSites(entries, primary);
  const unfinishedRun = await context.journal.read("init", primary);
  const clients = new SiteClients(entries, context);
  try {
    const [views, missing] = await Promise.all([clients.observe(), missingIn(clients)]);
    const verdict = decideInit(entries, views, missing, primary, unfinishedRun === null ? "new" : "begun-here");
    if (verdict.kind === "refuse") throw refused(verdict.reasons);
    if (options.run === "dry") {
      const steps = verdict.create.map(
        (s) => `siterole/${s.site}: ${s.role === "primary" ? "primary" : `replica of ${s.source}`} at epoch ${s.epoch}`,
      );
      return dryRun("init", [...steps, `wait until ${primary} serves and the others follow in sync`], {
        create: verdict.create,
      });
    }
    // After the judgement: a lease cannot be made in a namespace that is not there, and nobody is to hear of that from
    // here.
    const leaseConflicts = await clients.leases.take("refuse");
    if (leaseConflicts.length > 0) throw refused(leaseConflicts);

    const record = new CommandRecord("init", clients, context);
    record.seen(views);
    record.moves(null, primary, "initial");
    record.began(unfinishedRun?.startedAt ?? null, null, verdict.resumed);
    const nextStep = `run dragonfly-dr init --primary ${primary} again, which goes on from here`;
    await context.journal.begin({
      version: 1,
      command: "init",
      to: primary,
      plan: null,
      holder: context.holder,
      startedAt: unfinishedRun?.startedAt ?? new Date(context.clock.now()).toISOString(),
      lagAtStartSeconds: null,
    });
    for (const [i, spec] of verdict.create.entries()) {
      record.steps.begin(`introduce ${spec.site} as ${spec.role}`);
      const failed = await tryWrite(clients.of(spec.site), null, spec, context.clock.now() + options.timeout);
      if (failed === null) continue;
      const changed = i > 0 || verdict.resumed || failed.outcome === "unknown";
      if (!changed) await context.journal.end();
      return await record.end({
        outcome: changed ? "unfinished" : "rolled back",
        problems: [failed.problem],
        nextStep,
      });
    }
    const problem = await awaitEverybody(clients, record, options, context);
    if (problem !== null)
      return await record.end({
        outcome: "unfinished",
        problems: [problem],
        nextStep: `the sites are introduced; see to that and look at dragonfly-dr status`,
      });
    await context.journal.end();
    return await record.end({ outcome: "done" });
  } finally {
    await clients.close();
  }
}

/** @returns what has not come about in time; null when everything has. */
async function awaitEverybody(
  clients: SiteClients,
  record: CommandRecord,
  { primary, timeout, follow }: InitOptions,
  context: CommandContext,
): Promise<string | null> {
  const { clock, signal } = context;
  const first = clients.of(primary);
  const deadline = clock.now() + timeout;
  record.steps.begin(`wait for ${primary} to serve`);
  for (;;) {
    const revision = clients.changes.revision;
    if (servesAt(first.latest, 1)) break;
    const status = first.latest?.status;
    record.steps.tell(status === undefined ? "its guard has not reported yet" : `${status.phase}: ${status.reason}`);
    if ((await clients.changes.since(revision, deadline, signal)) !== "changed")
      return `site ${primary}: does not serve yet (${status?.reason ?? "its guard has never reported; see to its server pod"})`;
  }
  if (follow === null) return null;
  const replicas = clients.all.filter((f) => f.site !== primary);
  const waited = await awaitFollowing(replicas, first, clock.now() + follow, {
    changes: clients.changes,
    clock,
    steps: record.steps,
    signal,
  });
  if (waited === "changed") return null;
  return replicas
    .map((f) => `site ${f.site}: ${f.latest?.status?.reason ?? "its guard has never reported"}`)
    .join("; ");
}

async function missingIn(clients: SiteClients): Promise<Map<SiteName, readonly string[]>> {
  return new Map(
    await Promise.all(
      clients.all.map(async (watch): Promise<[SiteName, readonly string[]]> => {
        try {
          return [watch.site, await watch.missing()];
        } catch (error) {
          // The view of the same site says so.
          if (error instanceof SiteUnreachable) return [watch.site, []];
          if (error instanceof ApiRefusal) return [watch.site, [error.problem]];
          throw error;
        }
      }),
    ),
  );
}
