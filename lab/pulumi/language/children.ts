import { type ChildProcess, spawn } from "node:child_process";

/** The program and the policy packs: processes that must not outlive the language host. */
export class Children {
  readonly #running = new Set<ChildProcess>();

  /** Starts Node with these arguments; `output` tells who reads what it prints. */
  start(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv, output: "inherit" | "pipe"): ChildProcess {
    const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", output, output] });
    this.#running.add(child);
    child.once("close", () => this.#running.delete(child));
    return child;
  }

  endAll(): void {
    for (const child of this.#running) child.kill();
  }
}

/** The exit code once everything printed has been read; a process ended by a signal counts as 1. */
export function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}
