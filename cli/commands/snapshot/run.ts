import type { SiteName } from "../../../server/types";
import { withSites, type CommandRun, type Refusal } from "../../command/commandRun";
import type { CommandContext } from "../../command/context";
import { dryRun, type Result } from "../../command/result";
import { withSnapshot } from "../../plan/specs";
import { currentPrimary, freshStatus, isPresent, type PresentView, type SiteView } from "../../plan/view";
import { awaitRequest } from "./awaitRequest";
import type { SnapshotOptions } from "./command";

interface Chosen {
  readonly kind: "proceed";
  readonly target: PresentView;
}

/** Takes a snapshot now and waits until it is in the store, whole. */
export async function snapshot(options: SnapshotOptions, context: CommandContext): Promise<Result> {
  return await withSites<Chosen>(context, {
    command: "snapshot",
    named: options.site === null ? [] : [options.site],
    dryRun: options.dryRun,
    leases: "none",
    decide: (views) => choose(views, options.site),
    describe: ({ target: { site } }) =>
      dryRun("snapshot", [`siterole/${site}: request a snapshot`, "wait until it is in the store"], { site }),
    act: ({ target }, run) => take(target, options, run),
  });
}

async function take(target: PresentView, options: SnapshotOptions, run: CommandRun): Promise<Result> {
  const { site, object } = target;
  const { record } = run;
  const id = new Date(run.context.clock.now()).toISOString();
  record.moves(null, site, null);
  record.steps.begin(`ask ${site} for a snapshot`);
  const failed = await run.write(site, object, withSnapshot(object.spec, { id }), options.timeout);
  if (failed !== null)
    return await record.end({
      outcome: failed.outcome === "unknown" ? "unfinished" : "rolled back",
      problems: [failed.problem],
      nextStep: "look at dragonfly-dr status",
    });
  const answer = await awaitRequest(site, id, options.waitTimeout, run);
  if (answer.kind !== "done")
    return await record.end({
      outcome: answer.kind === "failed" ? "rolled back" : "unfinished",
      problems: [answer.problem],
      nextStep: "look at dragonfly-dr status, which shows the state of snapshots",
    });
  record.note(`snapshot ${answer.snapshot}`);
  return await record.end({ outcome: "done" });
}

function choose(views: readonly SiteView[], site: SiteName | null): Chosen | Refusal {
  const refuse = (reason: string): Refusal => ({ kind: "refuse", reasons: [reason] });
  const view = site === null ? currentPrimary(views) : views.find((v) => v.site === site);
  if (view === undefined) return refuse("no site's object says primary; name one with --site");
  if (view.kind === "unreachable") return refuse(`site ${view.site}: ${view.address} ${view.problem}`);
  if (!isPresent(view)) return refuse(`site ${view.site}: has no object; run init first`);
  const status = freshStatus(view);
  if (status === null) return refuse(`site ${view.site}: its guard does not report; see to its server pod`);
  if (status.snapshots === undefined) return refuse(`site ${view.site}: ${NO_SNAPSHOTS}`);
  return { kind: "proceed", target: view };
}

export const NO_SNAPSHOTS =
  "keeps no snapshots, or its container `snapshots` does not answer; " +
  "set snapshots.s3 or snapshots.aws, or see to its server pod";
