import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { parseEntry, type SiteEntry } from "./entry";
import { absolutePath } from "./siteFile";

const run = promisify(execFile);
/** A backend or region that is gone must not keep `status` from showing what can be reached. */
const PULUMI_TIMEOUT_MS = 10_000;

export interface StackSites {
  readonly entries: readonly SiteEntry[];
  /** One line for each stack whose site could not be learned. */
  readonly problems: readonly string[];
}

/** Asks Pulumi for the output `site` of every stack, all at once; never rejects. */
export async function sitesOfStacks(folder: string, stacks: readonly string[]): Promise<StackSites> {
  const answers = await Promise.all(stacks.map((stack) => siteOfStack(folder, stack)));
  const entries = answers.flatMap((a) => (a.entry === null ? [] : [a.entry]));
  const problems = answers.flatMap((a) => a.problems);
  const unique = entries.filter((entry, i) => entries.findIndex((e) => e.site === entry.site) === i);
  const twice = entries.filter((entry) => !unique.includes(entry));
  return {
    entries: unique,
    problems: [
      ...problems,
      ...twice.map((e) => `site ${e.site}: more than one stack gives it; name those to be used with --stacks`),
    ],
  };
}

async function siteOfStack(
  folder: string,
  stack: string,
): Promise<{ readonly entry: SiteEntry | null; readonly problems: readonly string[] }> {
  let outputs: Readonly<Record<string, unknown>>;
  try {
    const { stdout } = await run("pulumi", ["stack", "output", "--json", "--non-interactive", "--stack", stack], {
      cwd: folder,
      timeout: PULUMI_TIMEOUT_MS,
      maxBuffer: 16 << 20,
    });
    outputs = JSON.parse(stdout === "" ? "{}" : stdout) as Readonly<Record<string, unknown>>;
  } catch (error) {
    return { entry: null, problems: [`stack ${stack}: ${pulumiProblem(error)}`] };
  }
  const { site } = outputs;
  if (site === undefined)
    return { entry: null, problems: [`stack ${stack}: has no output "site"; run pulumi up -s ${stack}`] };
  const { value, problems } = parseEntry(site, `stack ${stack}: output site`);
  if (value === null) return { entry: null, problems };
  return {
    entry: { ...value, kubeconfig: value.kubeconfig === null ? null : absolutePath(value.kubeconfig, folder) },
    problems: [],
  };
}

function pulumiProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "ENOENT")
    return "the command pulumi is not on PATH; install it, or give the sites with --sites FILE";
  if ("killed" in error && error.killed === true)
    return `pulumi stack output did not end within ${PULUMI_TIMEOUT_MS / 1000} s`;
  const said = "stderr" in error && typeof error.stderr === "string" ? error.stderr : "";
  const line = said.split("\n").find((l) => l.startsWith("error:")) ?? said.trim().split("\n")[0] ?? "";
  return `pulumi stack output failed: ${line.replace(/^error:\s*/, "")}`;
}
