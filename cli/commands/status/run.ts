import type { CommandContext } from "../../command/context";
import type { Result } from "../../command/result";
import { SiteClients } from "../../command/siteClients";
import { EXIT } from "../../exit";
import type { StatusOptions } from "./command";
import { problemsOf } from "./problems";
import { statusJson, statusTable } from "./table";

/** What every site's object and guard report now. Exit code 0 when all is well. */
export async function status(_: StatusOptions, context: CommandContext): Promise<Result> {
  const clients = new SiteClients(context.sites, context);
  try {
    const views = await clients.refresh();
    const problems = problemsOf(views, [...new Set(context.sites.flatMap((e) => [e.site, ...e.peers]))]);
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
    await clients.close();
  }
}
