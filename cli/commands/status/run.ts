import type { CommandContext } from "../../command/context";
import type { Result } from "../../command/result";
import { SiteClients } from "../../command/siteClients";
import { EXIT } from "../../exit";
import type { StatusOptions } from "./command";
import { describeProblem, problemsOf } from "./problems";
import { statusJson, statusTable } from "./table";

const HEALTHY = "healthy: one primary serves, every replica is in sync, the link works both ways\n";
const CLEAR_SCREEN = "\u001b[H\u001b[2J";

/** What every site's object and guard report now. Exit code 0 when all is well. */
export async function status({ watch, every }: StatusOptions, context: CommandContext): Promise<Result> {
  const clients = new SiteClients(context.sites, context);
  const { clock, signal } = context;
  try {
    let shown = await look(clients, context);
    while (watch && !signal.aborted) {
      context.print(`${CLEAR_SCREEN}${new Date(clock.now()).toISOString()}\n\n${shown.text}`);
      await clock.after(every, signal);
      if (!signal.aborted) shown = await look(clients, context);
    }
    return watch ? { ...shown, text: "" } : shown;
  } finally {
    await clients.close();
  }
}

async function look(clients: SiteClients, { sites }: CommandContext): Promise<Result> {
  const views = await clients.refresh();
  const found = problemsOf(views, [...new Set(sites.flatMap((e) => [e.site, ...e.peers]))]);
  const healthy = found.length === 0;
  const problems = found.map(describeProblem);
  return {
    code: healthy ? EXIT.done : EXIT.refused,
    json: { version: 1, healthy, problems, findings: found, sites: views.map(statusJson) },
    text: `${statusTable(views)}\n${healthy ? HEALTHY : problems.map((p) => `! ${p}\n`).join("")}`,
  };
}
