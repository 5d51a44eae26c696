import type { Milliseconds, SiteName } from "../../../server/types";
import { refused } from "../../failure";
import { judgeInit } from "./plan";
import { servesAt } from "../../plan/view";
import { ApiRefusal, SiteUnreachable } from "../../store";
import { awaitFollowing } from "../../command/following";
import { checkSites, Crew } from "../../command/siteClients";
import { CommandRecord } from "../../command/record";
import { dryRun, type Result } from "../../command/result";
import type { Tools } from "../../command/context";
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
export async function init(entries: readonly SiteEntry[], options: InitOptions, tools: Tools): Promise<Result> {
  const { primary } = options;
  checkSites(entries, primary);
  const left = await tools.journal.read("init", primary);
  const crew = new Crew(entries, tools);
  try {
    const [views, missing] = await Promise.all([crew.observe(), missingIn(crew)]);
    const verdict = judgeInit(entries, views, missing, primary, left === null ? "new" : "begun-here");
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
    const colleagues = await crew.courtesy.take("refuse");
    if (colleagues.length > 0) throw refused(colleagues);

    const record = new CommandRecord("init", crew, tools);
    record.seen(views);
    record.moves(null, primary, "initial");
    record.began(left?.startedAt ?? null, null, verdict.resumed);
    const wayOn = `run dragonfly-dr init --primary ${primary} again, which goes on from here`;
    await tools.journal.begin({
      version: 1,
      command: "init",
      to: primary,
      plan: null,
      holder: tools.holder,
      startedAt: left?.startedAt ?? new Date(tools.clock.now()).toISOString(),
      lagAtStartSeconds: null,
    });
    for (const [i, spec] of verdict.create.entries()) {
      record.steps.begin(`introduce ${spec.site} as ${spec.role}`);
      const failed = await tryWrite(crew.of(spec.site), null, spec, tools.clock.now() + options.timeout);
      if (failed === null) continue;
      const changed = i > 0 || verdict.resumed || failed.outcome === "unknown";
      if (!changed) await tools.journal.end();
      return await record.end({ outcome: changed ? "unfinished" : "rolled back", problems: [failed.problem], wayOn });
    }
    const problem = await awaitEverybody(crew, record, options, tools);
    if (problem !== null)
      return await record.end({
        outcome: "unfinished",
        problems: [problem],
        wayOn: `the sites are introduced; see to that and look at dragonfly-dr status`,
      });
    await tools.journal.end();
    return await record.end({ outcome: "done" });
  } finally {
    await crew.close();
  }
}

/** @returns what has not come about in time; null when everything has. */
async function awaitEverybody(
  crew: Crew,
  record: CommandRecord,
  { primary, timeout, follow }: InitOptions,
  tools: Tools,
): Promise<string | null> {
  const { clock, signal } = tools;
  const first = crew.of(primary);
  const deadline = clock.now() + timeout;
  record.steps.begin(`wait for ${primary} to serve`);
  for (;;) {
    const revision = crew.changes.revision;
    if (servesAt(first.latest, 1)) break;
    const status = first.latest?.status;
    record.steps.tell(status === undefined ? "its guard has not reported yet" : `${status.phase}: ${status.reason}`);
    if ((await crew.changes.since(revision, deadline, signal)) !== "changed")
      return `site ${primary}: does not serve yet (${status?.reason ?? "its guard has never reported; see to its server pod"})`;
  }
  if (follow === null) return null;
  const replicas = crew.all.filter((f) => f.site !== primary);
  const waited = await awaitFollowing(replicas, first, clock.now() + follow, {
    changes: crew.changes,
    clock,
    steps: record.steps,
    signal,
  });
  if (waited === "changed") return null;
  return replicas
    .map((f) => `site ${f.site}: ${f.latest?.status?.reason ?? "its guard has never reported"}`)
    .join("; ");
}

async function missingIn(crew: Crew): Promise<Map<SiteName, readonly string[]>> {
  return new Map(
    await Promise.all(
      crew.all.map(async (follower): Promise<[SiteName, readonly string[]]> => {
        try {
          return [follower.site, await follower.missing()];
        } catch (error) {
          // The view of the same site says so.
          if (error instanceof SiteUnreachable) return [follower.site, []];
          if (error instanceof ApiRefusal) return [follower.site, [error.problem]];
          throw error;
        }
      }),
    ),
  );
}
