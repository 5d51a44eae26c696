import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { LabError } from "../labError";
import { processesIn, type CgroupTrees } from "./cgroups";
import { waitFor } from "./waitFor";

/** Processes of a lab: those in its control groups, and those in its network namespaces, whoever started them. */
export function labProcesses(trees: CgroupTrees, cgroup: string, netnsNames: readonly string[]): number[] {
  const found = new Set(processesIn(trees, cgroup));
  const inodes = new Set(netnsNames.flatMap((name) => inodeOf(`/run/netns/${name}`)));
  if (inodes.size > 0) {
    for (const pid of allProcesses()) {
      if (inodes.has(networkOf(pid))) found.add(pid);
    }
  }
  return [...found].filter((pid) => pid !== process.pid);
}

/**
 * Ends them all, and what they start meanwhile. At once: a lab's state is thrown away with it, and the shims and
 * pods that outlive containerd take no notice of its end.
 */
export async function endProcesses(list: () => number[]): Promise<number> {
  const ended = new Set<number>();
  await waitFor(
    () => {
      const living = list().filter(isRunning);
      for (const pid of living) {
        ended.add(pid);
        kill(pid);
      }
      return living.length === 0;
    },
    { what: "end of the lab's processes", deadlineMs: 120_000, everyMs: 20 },
  );
  return ended.size;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH"))
      throw new LabError(`process ${pid} of the lab cannot be ended`);
  }
}

function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const state = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
    return state !== "Z" && state !== "X";
  } catch {
    return false;
  }
}

function allProcesses(): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0);
}

function networkOf(pid: number): number {
  try {
    return Number(/net:\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/ns/net`))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function inodeOf(path: string): number[] {
  try {
    return [statSync(path).ino];
  } catch {
    return [];
  }
}
