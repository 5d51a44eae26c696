import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { World } from "./world";
import { siteOf, type LabSite } from "../../../lab/plan";

/** Processes of one site's pods on this machine whose name is one of `names`, by pid. */
function find(world: World, site: LabSite, matches: (comm: string, command: string) => boolean): number {
  const group = siteOf(world.lab.plan, site).podsCgroup;
  const found = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      return readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(`/${group}/`) && matches(readFileSync(`/proc/${pid}/comm`, "utf8").trim(), command) && readlinkSync(`/proc/${pid}/exe`) !== "";
    } catch {
      return false;
    }
  });
  if (found[0] === undefined) throw new Error(`${site}: no such process in /${group}`);
  return Math.min(...found);
}

export const serverPid = (world: World, site: LabSite): number => find(world, site, (comm) => comm === "redis-server" || comm === "dragonfly");
export const guardPid = (world: World, site: LabSite): number => find(world, site, (_, command) => command.includes("guard.cjs"));

/** Resident memory in MiB. */
export const residentMiB = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;

/** User and system time so far, in seconds. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
}
