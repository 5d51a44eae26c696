import type { Milliseconds, SiteName } from "../../../server/types";
import type { DrillState, DrillStore } from "../../drillStore";
import { checkSites, SiteClients, REQUEST_MS } from "../../command/siteClients";
import { CommandRecord } from "../../command/record";
import { dryRun, type Result } from "../../command/result";
import type { CommandContext } from "../../command/context";
import type { SiteEntry } from "../../sites/entry";
import { ApiRefusal, SiteUnreachable } from "../../store";

export interface DrillOptions {
  /** null: every site. */
  readonly site: SiteName | null;
  /** For each drill to end. */
  readonly wait: Milliseconds;
  readonly run: "really" | "dry";
}

const STEP_MS = 1_000 as Milliseconds;

/**
 * Restores the newest snapshot of each site into a throwaway server beside it, and compares it with its manifest.
 * Nothing that serves is touched.
 */
export async function drill(
  entries: readonly SiteEntry[],
  options: DrillOptions,
  context: CommandContext,
): Promise<Result> {
  if (options.site !== null) checkSites(entries, options.site);
  const chosen = entries.filter((entry) => options.site === null || entry.site === options.site);
  if (options.run === "dry")
    return dryRun(
      "drill",
      chosen.map(({ site, namespace }) => `a Job in ${namespace}-drill of site ${site}: fetch, load, compare`),
      { sites: chosen.map(({ site }) => site) },
    );
  const clients = new SiteClients(entries, context);
  try {
    const record = new CommandRecord("drill", clients, context);
    record.seen(await clients.observe());
    const suffix = String(Math.floor(context.clock.now() / 1000));
    const problems: string[] = [];
    for (const entry of chosen) {
      record.steps.begin(`drill of ${entry.site}'s newest snapshot`);
      const { store, drills } = context.connect(entry);
      const problem = await one(drills, suffix, record, context, options.wait).finally(() => store.close());
      record.steps.end(problem === null ? "done" : "failed");
      if (problem !== null) problems.push(problem);
    }
    return await record.end({ outcome: problems.length === 0 ? "done" : "rolled back", problems });
  } finally {
    await clients.close();
  }
}

/** A drill goes on whether or not anybody is told: an API server that did not answer is asked again. */
async function look(drills: DrillStore, name: string): Promise<DrillState> {
  try {
    return await drills.look(name, REQUEST_MS);
  } catch (error) {
    if (error instanceof SiteUnreachable) return { kind: "running", detail: error.message };
    throw error;
  }
}

/** @returns why nothing is proven; null when it is. */
async function one(
  drills: DrillStore,
  suffix: string,
  record: CommandRecord,
  { clock, signal }: CommandContext,
  wait: Milliseconds,
): Promise<string | null> {
  const { site } = drills;
  try {
    const name = await drills.start(suffix, REQUEST_MS);
    const deadline = clock.now() + wait;
    for (;;) {
      const state = await look(drills, name);
      if (state.kind === "ended") {
        if (state.outcome === "succeeded" && state.report?.outcome === "proven") {
          record.note(
            `site ${site}: ${state.report.snapshot} is proven: ${state.report.keys} keys, ${state.report.sampled} of them compared, ${state.report.bytes} bytes in ${state.report.seconds.toFixed(1)} s`,
          );
          return null;
        }
        return `site ${site}: ${state.report === null ? `the drill ended without a report (${state.detail})` : state.report.problems.join("; ")}`;
      }
      record.steps.tell(state.detail);
      if (signal.aborted) return `site ${site}: interrupted; the drill ${name} goes on by itself`;
      if (clock.now() > deadline)
        return `site ${site}: the drill ${name} has not ended within ${wait / 1000} s (${state.detail})`;
      await clock.after(STEP_MS, signal);
    }
  } catch (error) {
    if (error instanceof SiteUnreachable || error instanceof ApiRefusal) return error.message;
    throw error;
  }
}
