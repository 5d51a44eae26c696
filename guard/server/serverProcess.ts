import { readFileSync, readdirSync } from "node:fs";

export interface ServerProcess {
  readonly pid: number;
  /** Names this run of the process: no other run, on this boot or another, has the same. */
  readonly runId: string;
}

const COMMS = new Set(["redis-server", "valkey-server", "dragonfly"]);

/** Fields of /proc/PID/stat after the name, which may hold spaces and brackets: parent at 1, start time at 19. */
export function parseStat(text: string): { comm: string; state: string; ppid: number; startTicks: string } | null {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < 0) return null;
  const fields = text.slice(close + 2).split(" ");
  const [state, ppid] = fields;
  const startTicks = fields[19];
  if (state === undefined || ppid === undefined || startTicks === undefined) return null;
  return { comm: text.slice(open + 1, close), state, ppid: Number(ppid), startTicks };
}

/** Finds the server in the pod's shared process namespace and ends it where it must end. */
export class ServerProcesses {
  private readonly boot: string;
  private last: ServerProcess | null = null;

  constructor(private readonly proc = "/proc") {
    this.boot = readFileSync(`${proc}/sys/kernel/random/boot_id`, "utf8").slice(0, 8);
  }

  find(): ServerProcess | null {
    if (this.last !== null && this.read(this.last.pid)?.runId === this.last.runId) return this.last;
    const found = readdirSync(this.proc)
      .filter((name) => /^\d+$/.test(name))
      .map((name) => this.read(Number(name)))
      .filter((p) => p !== null);
    // A child that saves a dump has the server's name and the server for a parent.
    this.last = found.find((p) => !found.some((other) => other.pid === p.ppid)) ?? null;
    return this.last;
  }

  /** Ends just the run that was judged, not one that has taken its place. */
  end(runId: string, signal: "SIGTERM" | "SIGKILL"): void {
    const found = this.find();
    if (found === null || found.runId !== runId) return;
    process.kill(found.pid, signal);
    // A stopped process sees SIGTERM only once it goes on.
    if (signal === "SIGTERM") process.kill(found.pid, "SIGCONT");
  }

  private read(pid: number): (ServerProcess & { ppid: number }) | null {
    try {
      const stat = parseStat(readFileSync(`${this.proc}/${pid}/stat`, "utf8"));
      if (stat === null || !COMMS.has(stat.comm) || stat.state === "Z" || stat.state === "X") return null;
      return { pid, ppid: stat.ppid, runId: `${this.boot}-${pid}-${stat.startTicks}` };
    } catch {
      return null;
    }
  }
}
