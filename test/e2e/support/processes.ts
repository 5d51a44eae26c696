import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { siteOf, type LabSite } from "../../../lab/plan";
import { podProcess, podProcesses, type PodProgram } from "../../../lab/process/podProcesses";
import type { World } from "./world";

export { residentMiB } from "../../../lab/process/podProcesses";

/** @throws Error while the program does not run. */
function pidOf(world: World, site: LabSite, program: PodProgram): number {
  const pid = podProcess(siteOf(world.lab.plan, site), program);
  if (pid === undefined) throw new Error(`${site}: its ${program} does not run`);
  return pid;
}

export const serverPid = (world: World, site: LabSite): number => pidOf(world, site, "server");
/** Masters and workers of every gateway. */
export const gatewayPids = (world: World, site: LabSite): readonly number[] =>
  podProcesses(siteOf(world.lab.plan, site), "gateway");
export const guardPid = (world: World, site: LabSite): number => pidOf(world, site, "guard");

/** User and system time so far, in seconds. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
}
