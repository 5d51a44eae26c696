import { EXIT } from "../../exit";
import { statusJson, statusTable } from "./table";
import { problemsOf } from "./problems";
import { SiteRoleWatch } from "../../command/siteRoleWatch";
import { Changes } from "../../command/changes";
import { REQUEST_MS } from "../../command/siteClients";
import type { Result } from "../../command/result";
import type { CommandContext } from "../../command/context";
import type { SiteEntry } from "../../sites/entry";

/**
 * What every site's object and guard say now. Exit code 0 when exactly one primary serves and every replica is in sync.
 */
export async function status(entries: readonly SiteEntry[], context: CommandContext): Promise<Result> {
  const watches = entries.map(
    (entry) =>
      new SiteRoleWatch(
        context.connect(entry).store,
        entry.peers,
        new Changes(context.clock),
        context.clock,
        REQUEST_MS,
      ),
  );
  try {
    const views = await Promise.all(watches.map((f) => f.observe()));
    const problems = problemsOf(views, [...new Set(entries.flatMap((e) => [e.site, ...e.peers]))]);
    const verdict =
      problems.length === 0
        ? "healthy: one primary serves, every replica is in sync\n"
        : problems.map((p) => `! ${p}\n`).join("");
    return {
      code: problems.length === 0 ? EXIT.done : EXIT.refused,
      json: { healthy: problems.length === 0, problems, sites: views.map(statusJson) },
      text: `${statusTable(views)}\n${verdict}`,
    };
  } finally {
    for (const watch of watches) watch.close();
  }
}
