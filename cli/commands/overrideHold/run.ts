import type { Milliseconds, SiteName } from "../../../server/types";
import { refused } from "../../failure";
import { decideAllowance, type Excused } from "./plan";
import { servesAt } from "../../plan/view";
import { checkSites, SiteClients } from "../../command/siteClients";
import { CommandRecord } from "../../command/record";
import { dryRun, type Result } from "../../command/result";
import type { CommandContext } from "../../command/context";
import { tryWrite } from "../../command/tryWrite";
import type { SiteEntry } from "../../sites/entry";

export interface AllowOptions {
  readonly command: "serve" | "peer-lost";
  readonly site: SiteName;
  readonly allowance: Excused;
  /** For the site to serve. */
  readonly timeout: Milliseconds;
  readonly run: "really" | "dry";
}

/**
 * Lets a primary that holds back serve all the same: although its data is older (`serve`), or no peer can be asked
 * (`peer-lost`).
 */
export async function allow(
  entries: readonly SiteEntry[],
  options: AllowOptions,
  context: CommandContext,
): Promise<Result> {
  const { command, site, allowance } = options;
  checkSites(entries, site);
  const clients = new SiteClients(entries, context);
  try {
    const [views, leaseConflicts] = await Promise.all([
      clients.observe(),
      options.run === "dry" ? [] : clients.leases.take("refuse"),
    ]);
    const verdict = decideAllowance(views, site, allowance);
    if (verdict.kind === "refuse") throw refused([...verdict.reasons, ...leaseConflicts]);
    if (leaseConflicts.length > 0) throw refused(leaseConflicts);
    const { spec, target } = verdict;
    if (options.run === "dry")
      return dryRun(command, [`siterole/${site}: ${allowance} at epoch ${spec.epoch}`, `wait until ${site} serves`], {
        spec,
      });

    const record = new CommandRecord(command, clients, context);
    record.seen(views);
    record.moves(null, site, null);
    record.note(`site ${site} holds: ${target.object.status?.reason ?? "its guard has never reported"}`);
    record.steps.begin(`let ${site} serve at epoch ${spec.epoch}`);
    const watch = clients.of(site);
    const failed = await tryWrite(watch, target.object, spec, context.clock.now() + options.timeout);
    const nextStep = `look at dragonfly-dr status`;
    if (failed !== null)
      return await record.end({
        outcome: failed.outcome === "unknown" ? "unfinished" : "rolled back",
        problems: [failed.problem],
        nextStep,
      });
    const deadline = context.clock.now() + options.timeout;
    for (;;) {
      const revision = clients.changes.revision;
      if (servesAt(watch.latest, spec.epoch)) return await record.end({ outcome: "done" });
      const waited = await clients.changes.since(revision, deadline, context.signal);
      if (waited === "changed") continue;
      return await record.end({
        outcome: "unfinished",
        problems: [`site ${site}: does not serve (${watch.latest?.status?.reason ?? "its guard has never reported"})`],
        nextStep,
      });
    }
  } finally {
    await clients.close();
  }
}
