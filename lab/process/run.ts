import { spawn } from "node:child_process";
import { LabError } from "../labError";
import { defined } from "../../server/records";

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Ends the command, and fails. Default: none. */
  readonly timeoutMs?: number;
}

const SHOWN_OF_ERRORS = 2000;

/**
 * Runs a command to its end and gives its standard output.
 * @throws LabError with the command's name and the end of its standard error; arguments are left out, as they may be
 * long.
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, signal, stdout, stderr } = await collect(command, args, options);
  if (code === 0) return stdout;
  const how = code === null ? `ended by ${signal ?? "a signal"}` : `exit code ${code}`;
  const said = (stderr.trim() || stdout.trim()).slice(-SHOWN_OF_ERRORS);
  throw new LabError(`${[command, ...args.slice(0, 3)].join(" ")}: ${how}${said ? `: ${said}` : ""}`);
}

/** Whether the command ends with 0; what it says is dropped. */
export async function succeeds(command: string, args: readonly string[], options: RunOptions = {}): Promise<boolean> {
  try {
    return (await collect(command, args, options)).code === 0;
  } catch {
    return false;
  }
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function collect(command: string, args: readonly string[], { cwd, env, input, timeoutMs }: RunOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...env },
      ...defined({ cwd }),
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs, killSignal: "SIGKILL" }),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.once("error", (error) => reject(new LabError(`${command}: cannot be run: ${error.message}`)));
    child.once("close", (code, signal) =>
      resolve({ code, signal, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
    // A command that ends without reading its input is judged by its exit code alone.
    child.stdin.once("error", () => undefined);
    child.stdin.end(input);
  });
}
