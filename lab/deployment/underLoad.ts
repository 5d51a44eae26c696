import { rmSync } from "node:fs";
import { join } from "node:path";
import type { LossReport } from "../load/checkLoad";
import { underWay } from "../load/underWay";
import type { WriteSummary } from "../load/writeLoad";
import { LabError } from "../labError";
import type { LabSite } from "../plan";
import type { Deployment } from "./deployment";

/** Numbered writes at one site's Service. */
export interface WriterSettings {
  readonly beside: LabSite;
  /** Names the keys and the log; letters, digits and "-". */
  readonly run: string;
  readonly writesASecond: number;
  readonly connections: number;
  /** Writes sent together: more than one where the primary is a region away, whose delay would limit the rate. */
  readonly pipeline: number;
}

export interface LoadOptions {
  readonly writers: readonly WriterSettings[];
  /** Of every writer; long enough for `during` and what follows it. */
  readonly seconds: number;
  /** Where the acknowledged writes must be in the end. */
  readonly readAt: LabSite;
}

export interface LoadOutcome {
  readonly written: readonly { readonly beside: LabSite; readonly summary: WriteSummary; readonly log: string }[];
  readonly report: LossReport;
}

const FIRST_ACKNOWLEDGEMENTS = 200;
/** Until a writer is under way: its program is compiled first. */
const BEGINS_MS = 120_000;

/**
 * Runs `during` once every writer is under way, and counts what was lost: by a process that knows nothing but the
 * writers' logs.
 * @throws LabError when a writer was never acknowledged or the checker had no answer; a loss is no error here.
 */
export async function underLoad(
  deployment: Deployment,
  { writers, seconds, readAt }: LoadOptions,
  during: () => Promise<void>,
): Promise<LoadOutcome> {
  const user = ["--user", "appcache", "--password-file", await deployment.passwordFile("appcache")];
  const runs = writers.map((settings) => {
    const log = join(deployment.lab.plan.directory, `${settings.run}.log`);
    rmSync(log, { force: true });
    const flags = [
      "--url",
      deployment.url(settings.beside),
      "--run",
      settings.run,
      "--prefix",
      `cache:${settings.run}:`,
      "--rate",
      String(settings.writesASecond),
      "--connections",
      String(settings.connections),
      "--pipeline",
      String(settings.pipeline),
    ];
    return {
      beside: settings.beside,
      log,
      ended: deployment.load("writer", ...flags, ...user, "--seconds", String(seconds), "--ack-log", log),
    };
  });
  try {
    await Promise.all(runs.map(({ log }) => underWay(log, FIRST_ACKNOWLEDGEMENTS, BEGINS_MS)));
    await during();
  } finally {
    await Promise.allSettled(runs.map(({ ended }) => ended)); // nobody else would end them
  }
  const written = await Promise.all(
    runs.map(async ({ beside, log, ended }) => {
      const { code, stdout, stderr } = await ended;
      if (code !== 0)
        throw new LabError(`writer beside ${beside}: exit code ${code}: ${stderr.trim() || stdout.trim()}`);
      return { beside, log, summary: JSON.parse(stdout) as WriteSummary };
    }),
  );
  const logs = runs.flatMap(({ log }) => ["--ack-log", log]);
  const checked = await deployment.load("checker", "--url", deployment.url(readAt), ...user, ...logs);
  if (checked.stdout.trim() === "") throw new LabError(`checker: exit code ${checked.code}: ${checked.stderr.trim()}`);
  return { written, report: JSON.parse(checked.stdout) as LossReport };
}
