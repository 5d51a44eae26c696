import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { PROJECT_ROOT } from "../paths";

export interface ShellResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface ShellOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Everything that the command says goes there too. */
  readonly logFile: string;
  /** The command as a user would type it, where that differs. */
  readonly shown?: string;
  readonly timeoutMs?: number;
  readonly cwd?: string;
  /** Given on its standard input, which is empty otherwise. */
  readonly input?: string;
}

/** Runs a command to its end, whatever its exit code; the caller judges that. Its environment is never shown. */
export function shell(command: string, args: readonly string[], options: ShellOptions): Promise<ShellResult> {
  const { env, logFile, timeoutMs = 900_000 } = options;
  const begun = performance.now();
  appendFileSync(logFile, `\n$ ${options.shown ?? [command, ...args].join(" ")}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? PROJECT_ROOT,
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "pipe"],
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        said[stream] += text;
        appendFileSync(logFile, text);
      });
    }
    // A command that ends without reading it is judged by its exit code alone.
    child.stdin.once("error", () => undefined);
    child.stdin.end(options.input);
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, ...said, seconds: (performance.now() - begun) / 1000 }));
  });
}
