import { reasonAt, withSites, type CommandRun } from "../../command/commandRun";
import type { CommandContext } from "../../command/context";
import { dryRun, type Result } from "../../command/result";
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
  if (served.kind === "found") return await record.end({ outcome: "done", discarded });
  const problem = `site ${site}: does not serve (${reasonAt(run, site)})`;
  return await record.end({ outcome: "unfinished", problems: [problem], nextStep, discarded });
}
