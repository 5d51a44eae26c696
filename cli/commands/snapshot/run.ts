import type { Milliseconds, SiteName } from "../../../server/types";
import { refused } from "../../failure";
import { withSnapshot } from "../../plan/specs";
import { currentPrimary, freshStatus, isPresent, type PresentView, type SiteView } from "../../plan/view";
import { checkSites, SiteClients } from "../../command/siteClients";
import { CommandRecord } from "../../command/record";
import { dryRun, type Result } from "../../command/result";
import type { CommandContext } from "../../command/context";
import { tryWrite } from "../../command/tryWrite";
import type { SiteEntry } from "../../sites/entry";

export interface SnapshotOptions {
  /** null: of the primary. */
  readonly site: SiteName | null;
  readonly timeout: Milliseconds;
  /** For the snapshot to be taken and uploaded. */
  readonly wait: Milliseconds;
  readonly run: "really" | "dry";
}

/** Takes a snapshot now and waits until it is in the store, whole. */
export async function snapshot(
  entries: readonly SiteEntry[],
  options: SnapshotOptions,
  context: CommandContext,
): Promise<Result> {
  if (options.site !== null) checkSites(entries, options.site);
  const clients = new SiteClients(entries, context);
  try {
    const views = await clients.observe();
    const target = chosen(views, options.site);
    const { site } = target;
    const id = new Date(context.clock.now()).toISOString();
    if (options.run === "dry")
      return dryRun("snapshot", [`siterole/${site}: request ${id}`, "wait until it is in the store"], { site });
    const record = new CommandRecord("snapshot", clients, context);
    record.seen(views);
    record.moves(null, site, null);
    record.steps.begin(`ask ${site} for a snapshot`);
    const failed = await tryWrite(
      clients.of(site),
      target.object,
      withSnapshot(target.object.spec, id),
      context.clock.now() + options.timeout,
    );
    if (failed !== null)
      return await record.end({
        outcome: failed.outcome === "unknown" ? "unfinished" : "rolled back",
        problems: [failed.problem],
        nextStep: "look at dragonfly-dr status",
      });
    const answer = await awaitAnswer(clients, site, id, record, context, options.wait);
    if ("problem" in answer)
      return await record.end({
        outcome: answer.over ? "rolled back" : "unfinished",
        problems: [answer.problem],
        nextStep: "look at dragonfly-dr status, which shows the state of snapshots",
      });
    record.note(`snapshot ${answer.snapshot}`);
    return await record.end({ outcome: "done" });
  } finally {
    await clients.close();
  }
}

/** @throws CommandFailure when there is no such site to ask. */
function chosen(views: readonly SiteView[], site: SiteName | null): PresentView {
  const view = site === null ? currentPrimary(views) : views.find((v) => v.site === site);
  if (view === undefined) throw refused(["no site's object says primary; name one with --site"]);
  if (view.kind === "unreachable") throw refused([`site ${view.site}: ${view.address} ${view.problem}`]);
  if (!isPresent(view)) throw refused([`site ${view.site}: has no object; run init first`]);
  const status = freshStatus(view);
  if (status === null) throw refused([`site ${view.site}: its guard does not report; see to its server pod`]);
  if (status.snapshots === undefined)
    throw refused([
      `site ${view.site}: keeps no snapshots, or the container that does so does not answer; set snapshots.s3 or snapshots.aws, or see to its server pod`,
    ]);
  return view;
}

type Answer = { readonly snapshot: string } | { readonly problem: string; readonly over: boolean };

async function awaitAnswer(
  clients: SiteClients,
  site: SiteName,
  id: string,
  record: CommandRecord,
  { clock, signal }: CommandContext,
  wait: Milliseconds,
): Promise<Answer> {
  const watch = clients.of(site);
  const deadline = clock.now() + wait;
  for (;;) {
    const revision = clients.changes.revision;
    const report = watch.latest?.status?.snapshots;
    const request = report?.request?.id === id ? report.request : null;
    if (request?.state === "done") return { snapshot: request.snapshot ?? "" };
    if (request?.state === "failed") return { problem: `site ${site}: ${request.reason}`, over: true };
    record.steps.tell(
      report === undefined ? "the container that takes snapshots does not answer" : `${report.state}: ${report.reason}`,
    );
    const waited = await clients.changes.since(revision, deadline, signal);
    if (waited !== "changed")
      return {
        problem: `site ${site}: ${waited === "late" ? `no snapshot within ${wait / 1000} s` : "interrupted"} (${report?.state ?? "no report"})`,
        over: false,
      };
  }
}
