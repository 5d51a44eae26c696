import type { Milliseconds, SiteName } from "../../../server/types";
import { refused } from "../../failure";
import { judgeAllowance, type Allowance } from "./plan";
import { servesAt } from "../../plan/view";
import { checkSites, Crew } from "../../command/siteClients";
import { CommandRecord } from "../../command/record";
import { dryRun, type Result } from "../../command/result";
import type { Tools } from "../../command/context";
import { tryWrite } from "../../command/tryWrite";
import type { SiteEntry } from "../../sites/entry";

export interface AllowOptions {
  readonly command: "serve" | "peer-lost";
  readonly site: SiteName;
  readonly allowance: Allowance;
  /** For the site to serve. */
  readonly timeout: Milliseconds;
  readonly run: "really" | "dry";
}

/**
 * Lets a primary that holds back serve all the same: although its data is older (`serve`), or no peer can be asked
 * (`peer-lost`).
 */
export async function allow(entries: readonly SiteEntry[], options: AllowOptions, tools: Tools): Promise<Result> {
  const { command, site, allowance } = options;
  checkSites(entries, site);
  const crew = new Crew(entries, tools);
  try {
    const [views, colleagues] = await Promise.all([
      crew.observe(),
      options.run === "dry" ? [] : crew.courtesy.take("refuse"),
    ]);
    const verdict = judgeAllowance(views, site, allowance);
    if (verdict.kind === "refuse") throw refused([...verdict.reasons, ...colleagues]);
    if (colleagues.length > 0) throw refused(colleagues);
    const { spec, target } = verdict;
    if (options.run === "dry")
      return dryRun(command, [`siterole/${site}: ${allowance} at epoch ${spec.epoch}`, `wait until ${site} serves`], {
        spec,
      });

    const record = new CommandRecord(command, crew, tools);
    record.seen(views);
    record.moves(null, site, null);
    record.note(`site ${site} holds: ${target.object.status?.reason ?? "its guard has never reported"}`);
    record.steps.begin(`let ${site} serve at epoch ${spec.epoch}`);
    const follower = crew.of(site);
    const failed = await tryWrite(follower, target.object, spec, tools.clock.now() + options.timeout);
    const wayOn = `look at dragonfly-dr status`;
    if (failed !== null)
      return await record.end({
        outcome: failed.outcome === "unknown" ? "unfinished" : "rolled back",
        problems: [failed.problem],
        wayOn,
      });
    const deadline = tools.clock.now() + options.timeout;
    for (;;) {
      const revision = crew.changes.revision;
      if (servesAt(follower.latest, spec.epoch)) return await record.end({ outcome: "done" });
      const waited = await crew.changes.since(revision, deadline, tools.signal);
      if (waited === "changed") continue;
      return await record.end({
        outcome: "unfinished",
        problems: [
          `site ${site}: does not serve (${follower.latest?.status?.reason ?? "its guard has never reported"})`,
        ],
        wayOn,
      });
    }
  } finally {
    await crew.close();
  }
}
