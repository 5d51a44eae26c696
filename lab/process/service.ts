import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../labError";

export interface ServiceSpec {
  /** Names its log and its pid file. */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** Of the site or the lab: `log/` and `run/` are made in it. */
  readonly directory: string;
  /** See `entryFile`. */
  readonly cgroupEntry: string;
}

/** Enters the control group, then becomes the command: the process id stays the same all the way. */
const ENTER = 'echo $$ > "$1" && shift && exec "$@"';

/** A program that goes on when this process has ended. Known again by its id together with its start time. */
export class Service {
  readonly name: string;
  readonly pid: number;
  readonly log: string;
  readonly #startTime: string;

  private constructor(name: string, pid: number, startTime: string, log: string) {
    this.name = name;
    this.pid = pid;
    this.#startTime = startTime;
    this.log = log;
  }

  static start({ name, command, env, directory, cgroupEntry }: ServiceSpec): Service {
    mkdirSync(join(directory, "log"), { recursive: true });
    mkdirSync(join(directory, "run"), { recursive: true });
    const log = logFile(directory, name);
    const output = openSync(log, "a");
    try {
      const child = spawn("sh", ["-c", ENTER, "sh", cgroupEntry, ...command], {
        cwd: "/",
        detached: true,
        stdio: ["ignore", output, output],
        env: { ...(env ?? { PATH: process.env["PATH"] }) },
      });
      child.unref();
      // What ends is seen by its pid; an unhandled event would end this process.
      child.once("error", () => undefined);
      if (child.pid === undefined) throw new LabError(`${name}: cannot be started`);
      const startTime = startTimeOf(child.pid) ?? "";
      writeFileSync(pidFile(directory, name), `${child.pid} ${startTime}\n`);
      return new Service(name, child.pid, startTime, log);
    } finally {
      closeSync(output);
    }
  }

  /** As an earlier run started it. Undefined when it did not. */
  static find(directory: string, name: string): Service | undefined {
    try {
      const [pid = "", startTime = ""] = readFileSync(pidFile(directory, name), "utf8").trim().split(" ");
      return new Service(name, Number(pid), startTime, logFile(directory, name));
    } catch {
      return undefined;
    }
  }

  get alive(): boolean {
    return this.#startTime !== "" && startTimeOf(this.pid) === this.#startTime;
  }

  /** For waits: ends them when the program has ended. */
  readonly mustBeAlive = (): void => {
    if (!this.alive) throw new LabError(`${this.name}: ended; its log is ${this.log}:\n${lastLines(this.log)}`);
  };
}

const SHOWN_LINES = 8;

function lastLines(file: string): string {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-SHOWN_LINES).join("\n");
  } catch {
    return "";
  }
}

/** Field 22 of /proc/<pid>/stat, in clock ticks since boot; undefined for a process that is no more, or a zombie. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field, the name, may hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function pidFile(directory: string, name: string): string {
  return join(directory, "run", `${name}.pid`);
}

function logFile(directory: string, name: string): string {
  return join(directory, "log", `${name}.log`);
}
