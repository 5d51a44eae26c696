import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../labError";
import type { LabSite } from "../../plan";
import { checkHistory } from "../checker/checkHistory";
import type { Report } from "../checker/report";
import { WRITERS_STOP } from "../checker/served";
import { HistoryFile, readHistory } from "../history/historyFile";
import type { Place, Scenario } from "../scenarios/scenario";
import { readFinal } from "../workload/readFinal";
import { Workload } from "../workload/workload";
import { otherSite, type FaultLab } from "./faultLab";
import { StepRunner } from "./stepRunner";

export interface RunOutcome {
  readonly scenario: string;
  readonly folder: string;
  /** What kept the steps or the promised end from being reached; null: nothing. */
  readonly problem: string | null;
  /** Null where the end was not reached, so that nothing can be said of what was lost. */
  readonly report: Report | null;
}

/** Before and after the steps: enough to see what was, and that it goes on. */
const WRITES = 100;
/** What a checker needs beside the histories. */
export const PROMISED_FILE = "promised.json";

/** One run: writers in both regions, the steps, the promised end, and what the checker says. */
export async function runScenario(w: FaultLab, scenario: Scenario, folder: string): Promise<RunOutcome> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, PROMISED_FILE), JSON.stringify(scenario.promised, null, 2));
  const primary = await w.settled();
  const siteAt = (place: Place): LabSite => (place === "primary" ? primary : otherSite(primary));
  const workload = new Workload({
    folder,
    run: `${Date.now().toString(36)}`,
    credentials: w.credentials,
    url: (site, access) => w.deployment.url(site, access),
  });
  const events = new HistoryFile(folder, "events");
  const steps = new StepRunner(w, workload, events, siteAt);
  const problems: string[] = [];
  const attempt = async <T>(work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      problems.push(messageOf(error));
      return null;
    }
  };

  await attempt(async () => {
    for (const place of ["primary", "copy"] as const) await workload.writes(siteAt(place), WRITES);
    for (const step of scenario.steps) await steps.run(step);
  });
  problems.push(...(await steps.undoAll()));
  const end = await attempt(() => w.settled());
  if (end !== null) await attempt(() => workload.writes(end, WRITES));
  steps.note(WRITERS_STOP);
  await workload.stop();
  if (end !== null && scenario.endsAt !== null && end !== siteAt(scenario.endsAt))
    problems.push(`the primary is ${end}, and not ${siteAt(scenario.endsAt)}`);
  const complete = await attempt(async () => {
    if (end === null) return false;
    // What was acknowledged last has to arrive too.
    const settled = await w.settled();
    await writeFinals(w, settled, folder, events);
    return true;
  });
  events.close();
  const report = complete === true ? checkHistory(readHistory(folder), scenario.promised) : null;
  const outcome: RunOutcome = {
    scenario: scenario.name,
    folder,
    problem: problems.length > 0 ? problems.join("; ") : null,
    report,
  };
  writeFileSync(join(folder, "outcome.json"), JSON.stringify(outcome, null, 2));
  return outcome;
}

async function writeFinals(w: FaultLab, primary: LabSite, folder: string, events: HistoryFile): Promise<void> {
  const history = readHistory(folder);
  const { deployment, credentials } = w;
  for (const [site, access] of [
    [primary, "primary"],
    [otherSite(primary), "copy"],
  ] as const) {
    const url = deployment.url(site, access === "primary" ? "write" : "read");
    events.add({ final: await readFinal(history, { site, access, url, credentials }) });
  }
}
