import type { DiscardedData } from "../../../contract/siteRole";
import { reasonAt, withSites, type CommandRun } from "../../command/commandRun";
import type { CommandContext } from "../../command/context";
import { dryRun, type Result } from "../../command/result";
import { describeVersion } from "../../plan/heldData";
import { servesAt } from "../../plan/view";
import type { OverrideOptions } from "./command";
import { decideOverride, type Excused, type Override } from "./plan";

/** Lets a primary that holds serve all the same: although its data is older (`serve`), or no peer can be asked. */
export async function overrideHold(
  command: "serve" | "peer-lost",
  excused: Excused,
  options: OverrideOptions,
  context: CommandContext,
): Promise<Result> {
  const { site, discard } = options;
  return await withSites<Override>(context, {
    command,
    named: [site, ...discard.map((data) => data.site)],
    dryRun: options.dryRun,
    needed: site,
    leases: "before",
    decide: (views) => decideOverride(views, site, excused, discard),
    describe: ({ spec }) =>
      dryRun(command, [`siterole/${site}: ${excused} at epoch ${spec.epoch}`, `wait until ${site} serves`], { spec }),
    act: (plan, run) => allow(plan, options, run),
  });
}

async function allow({ spec, target }: Override, options: OverrideOptions, run: CommandRun): Promise<Result> {
  const { site, timeout } = options;
  const { record, clients } = run;
  record.moves(null, site, null);
  record.note(`site ${site} holds: ${target.object.status?.reason ?? "its guard has never reported"}`);
  record.steps.begin(`let ${site} serve at epoch ${spec.epoch}`);
  const nextStep = "look at dragonfly-dr status";
  const failed = await run.write(site, target.object, spec, timeout);
  if (failed !== null)
    return await record.end({
      outcome: failed.outcome === "unknown" ? "unfinished" : "rolled back",
      problems: [failed.problem],
      nextStep,
    });
  const served = await run.until(() => (servesAt(clients.of(site).latest, spec.epoch) ? true : null), timeout);
  const discarded = spec.discard ?? [];
  if (served.kind === "found") {
    for (const data of discarded) await giveUp(data, options, run);
    return await record.end({ outcome: "done", discarded });
  }
  const problem = `site ${site}: does not serve (${reasonAt(run, site)})`;
  return await record.end({ outcome: "unfinished", problems: [problem], nextStep, discarded });
}

/** A replica keeps a copy that is newer than its source's until its own object gives it up. */
async function giveUp(data: DiscardedData, { site, timeout }: OverrideOptions, run: CommandRun): Promise<void> {
  const latest = run.clients.all.find((watch) => watch.site === data.site)?.latest ?? null;
  if (latest === null || latest.spec.role !== "replica" || latest.spec.source !== site) return;
  run.record.steps.begin(`${data.site} gives up ${describeVersion(data)}`);
  const failed = await run.write(data.site, latest, { ...latest.spec, discard: [data] }, timeout);
  if (failed === null) return;
  run.record.steps.end("failed");
  run.record.note(`${failed.problem}; run dragonfly-dr failover --to ${site} --discard ${describeVersion(data)}`);
}
