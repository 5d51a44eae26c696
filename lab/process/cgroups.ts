import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LabError } from "../labError";

/** The machine's control groups: one tree (v2), or one for each controller (v1). */
export interface CgroupTrees {
  readonly version: 1 | 2;
  readonly mounts: readonly string[];
  /**
   * Where groups may be left: with v1 also the empty v2 tree beside it, in which runc makes its groups all the same.
   */
  readonly swept: readonly string[];
}

/** Controllers that kubelet and runc cannot do without. */
const NEEDED = ["cpu", "cpuset", "memory", "pids"];

/**
 * Pure: from /proc/mounts and, for v2, the controllers of the root.
 * @throws LabError (2) that names the controllers the machine has not.
 */
export function cgroupTrees(mounts: string, unifiedControllers: string): CgroupTrees {
  const rows = mounts.split("\n").map((line) => line.split(" "));
  const v1 = rows.filter((row) => row[2] === "cgroup");
  if (v1.length > 0) {
    requireControllers(v1.flatMap((row) => (row[3] ?? "").split(",")));
    const mounts = v1.map((row) => row[1] ?? "");
    return {
      version: 1,
      mounts,
      swept: [...mounts, ...rows.filter((row) => row[2] === "cgroup2").map((row) => row[1] ?? "")],
    };
  }
  const v2 = rows.find((row) => row[2] === "cgroup2");
  if (!v2?.[1])
    throw new LabError("cgroups: neither v1 nor v2 is mounted on this machine; mount cgroup2 on /sys/fs/cgroup", 2);
  requireControllers(unifiedControllers.trim().split(/\s+/));
  return { version: 2, mounts: [v2[1]], swept: [v2[1]] };
}

function requireControllers(there: readonly string[]): void {
  const lacking = NEEDED.filter((controller) => !there.includes(controller));
  if (lacking.length > 0)
    throw new LabError(
      `cgroups: the machine lacks the controllers ${lacking.join(", ")}, without which no pod can run`,
      2,
    );
}

/** Reads the machine. */
export function readCgroupTrees(): CgroupTrees {
  const unified = "/sys/fs/cgroup/cgroup.controllers";
  return cgroupTrees(readFileSync("/proc/mounts", "utf8"), existsSync(unified) ? readFileSync(unified, "utf8") : "");
}

/** Makes a group, and its parents, in every tree. */
export function makeCgroup(trees: CgroupTrees, path: string): void {
  for (const mount of trees.mounts) {
    let folder = mount;
    for (const part of path.split("/")) {
      if (trees.version === 2) passControllersOn(folder);
      folder = join(folder, part);
      mkdirSync(folder, { recursive: true });
      inheritCpuset(folder);
    }
  }
}

/** A new v1 cpuset is empty, and no process can enter it. */
function inheritCpuset(folder: string): void {
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    const own = join(folder, file);
    const parent = join(dirname(folder), file);
    if (existsSync(own) && existsSync(parent) && readFileSync(own, "utf8").trim() === "") {
      const inherited = readFileSync(parent, "utf8");
      if (inherited.trim() !== "") writeFileSync(own, inherited);
    }
  }
}

/** In v2 a group has only the controllers that its parent passes on. */
function passControllersOn(folder: string): void {
  const controllers = readFileSync(join(folder, "cgroup.controllers"), "utf8").trim().split(/\s+/);
  const enabled = readFileSync(join(folder, "cgroup.subtree_control"), "utf8").trim().split(/\s+/);
  for (const controller of controllers.filter((each) => each !== "" && !enabled.includes(each))) {
    writeFileSync(join(folder, "cgroup.subtree_control"), `+${controller}`);
  }
}

/**
 * The files into which a process writes its id to enter the group. With v1 it is one tree, pids: enough to know
 * whose a process is, while its memory and CPU stay accounted where they were.
 */
export function entryFile(trees: CgroupTrees, path: string): string {
  const mount =
    trees.version === 2
      ? trees.mounts[0]
      : trees.mounts.find((each) => each.split("/").pop()?.split(",").includes("pids"));
  return join(mount ?? "", path, "cgroup.procs");
}

/** Ids of the processes in a group or below it, in any tree. */
export function processesIn(trees: CgroupTrees, path: string): number[] {
  const found = new Set<number>();
  for (const folder of groupsBelow(trees, path)) {
    for (const line of readOr(join(folder, "cgroup.procs"), "").split("\n")) {
      // 0 stands for a process outside of this process's view.
      if (Number(line) > 0) found.add(Number(line));
    }
  }
  return [...found];
}

/** Removes a group and those below it; it must hold no process. A group that is busy stays, and is named. */
export function removeCgroup(trees: CgroupTrees, path: string): string[] {
  const busy: string[] = [];
  for (const folder of groupsBelow(trees, path)) {
    try {
      rmdirSync(folder);
    } catch {
      if (existsSync(folder)) busy.push(folder);
    }
  }
  return busy;
}

/** Deepest first. */
function groupsBelow(trees: CgroupTrees, path: string): string[] {
  return trees.swept.flatMap((mount) => below(join(mount, path)));
}

function below(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const children = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...children.flatMap((child) => below(join(folder, child.name))), folder];
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return otherwise;
  }
}
