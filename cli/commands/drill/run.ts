import type { Milliseconds } from "../../../server/types";
import { withSites } from "../../command/commandRun";
import type { CommandContext } from "../../command/context";
import type { CommandRecord } from "../../command/record";
import { dryRun, type Result } from "../../command/result";
import { REQUEST_MS } from "../../command/siteClients";
import { ApiRefusal, SiteUnreachable, type DrillState, type DrillStore } from "../../kube/stores";
import type { DrillOptions } from "./command";

const LOOK_MS = 1_000 as Milliseconds;

/**
 * Restores the newest snapshot of each site into a throwaway server beside it, and compares it with its manifest.
 * Nothing that serves is touched.
 */
export async function drill(options: DrillOptions, context: CommandContext): Promise<Result> {
  const { site, waitTimeout } = options;
  const chosen = context.sites.filter((entry) => site === null || entry.site === site);
  return await withSites<{ readonly kind: "proceed" }>(context, {
    command: "drill",
    named: site === null ? [] : [site],
    dryRun: options.dryRun,
    leases: "none",
    decide: () => ({ kind: "proceed" }),
    describe: () =>
      dryRun(
        "drill",
        chosen.map((entry) => `a Job in ${entry.namespace}-drill of site ${entry.site}: fetch, load, compare`),
        { sites: chosen.map((entry) => entry.site) },
      ),
    act: async (_, { record }) => {
      const suffix = String(Math.floor(context.clock.now() / 1000));
      const problems: string[] = [];
      for (const entry of chosen) {
        record.steps.begin(`drill of ${entry.site}'s newest snapshot`);
        const { store, drills } = context.connect(entry);
        const problem = await one(drills, suffix, record, context, waitTimeout).finally(() => store.close());
        record.steps.end(problem === null ? "done" : "failed");
        if (problem !== null) problems.push(problem);
      }
      return await record.end({ outcome: problems.length === 0 ? "done" : "rolled back", problems });
    },
  });
}

/** A drill goes on whether or not anybody is told: an API server that did not answer is asked again. */
async function stateOf(drills: DrillStore, name: string): Promise<DrillState> {
  try {
    return await drills.state(name, REQUEST_MS);
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
      const state = await stateOf(drills, name);
      if (state.kind === "ended") {
        if (state.outcome === "succeeded" && state.report?.outcome === "proven") {
          const { snapshot, keys, sampled, bytes, seconds } = state.report;
          record.note(
            `site ${site}: ${snapshot} is proven: ${keys} keys, ${sampled} of them compared, ` +
              `${bytes} bytes in ${seconds.toFixed(1)} s`,
          );
          return null;
        }
        const why =
          state.report === null
            ? `the drill ended without a report (${state.detail})`
            : state.report.problems.join("; ");
        return `site ${site}: ${why}`;
      }
      record.steps.tell(state.detail);
      if (signal.aborted) return `site ${site}: interrupted; the drill ${name} goes on by itself`;
      if (clock.now() > deadline)
        return `site ${site}: the drill ${name} has not ended within ${wait / 1000} s (${state.detail})`;
      await clock.after(LOOK_MS, signal);
    }
  } catch (error) {
    if (error instanceof SiteUnreachable || error instanceof ApiRefusal) return error.message;
    throw error;
  }
}
