// The command lines of the SDK's own runners, from what the engine asks for.

/** What the engine says about a program to run. */
export interface ProgramRun {
  readonly monitorAddress: string;
  readonly engineAddress: string;
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
  readonly rootDirectory: string;
  readonly workingDirectory: string;
  /** As in Pulumi.yaml's `main`; "." leaves it to package.json. */
  readonly entryPoint: string;
  readonly run: "preview" | "update";
  /** 0 leaves it to the SDK. */
  readonly parallel: number;
  readonly arguments: readonly string[];
}

/** Arguments for Node: its own (`nodeargs`), then `runner` (the SDK's cmd/run) and what it is to run. */
export function programCommandLine(runner: string, program: ProgramRun, nodeArguments: readonly string[]): string[] {
  const flags: [string, string][] = [
    ["monitor", program.monitorAddress],
    ["engine", program.engineAddress],
    ["organization", program.organization],
    ["project", program.project],
    ["root-directory", program.rootDirectory],
    ["stack", program.stack],
    ["pwd", program.workingDirectory],
    ["parallel", program.parallel > 0 ? String(program.parallel) : ""],
  ];
  return [
    ...nodeArguments,
    runner,
    ...flags.filter(([, value]) => value !== "").map(([name, value]) => `--${name}=${value}`),
    ...(program.run === "preview" ? ["--dry-run"] : []),
    program.entryPoint || ".",
    ...program.arguments,
  ];
}

/** `runtime.options` of Pulumi.yaml, as far as it is honoured. */
export interface RuntimeOptions {
  /** Whether the program is TypeScript that the SDK is to load through ts-node. */
  readonly source: "typescript" | "javascript";
  readonly nodeArguments: readonly string[];
}

/** Throws on an option that is left out, rather than run the program in another way than the official host. */
export function runtimeOptions(options: Readonly<Record<string, unknown>>): RuntimeOptions {
  const { typescript, nodeargs, ...others } = options;
  const [unknown] = Object.keys(others).filter((name) => name !== "packagemanager");
  if (unknown !== undefined)
    throw new Error(
      `Pulumi.yaml: runtime.options.${unknown}: the lab's language host knows typescript and nodeargs; remove it`,
    );
  return {
    source: typescript === false || typescript === "false" ? "javascript" : "typescript",
    nodeArguments: typeof nodeargs === "string" ? nodeargs.split(/\s+/).filter((argument) => argument !== "") : [],
  };
}
