import { readdirSync, readFileSync } from "node:fs";
import type { SitePlan } from "../plan";

/** What a container of a site runs, as this machine sees it. */
export type PodProgram = "server" | "guard" | "gateway";

const MATCHES: Readonly<Record<PodProgram, (name: string, command: string) => boolean>> = {
  server: (name) => name === "redis-server" || name === "dragonfly",
  guard: (_, command) => command.includes("guard.cjs"),
  gateway: (name) => name === "haproxy",
};

/** The process ids on this machine, in order. */
export function podProcesses(site: SitePlan, program: PodProgram): readonly number[] {
  const found = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [cgroup, name, command] = ["cgroup", "comm", "cmdline"].map((file) =>
          readFileSync(`/proc/${pid}/${file}`, "utf8"),
        );
        // A zombie has no command line any more.
        return (
          command !== "" &&
          cgroup?.includes(`/${site.podsCgroup}/`) &&
          MATCHES[program](name?.trim() ?? "", command?.replaceAll("\0", " ") ?? "")
        );
      } catch {
        return false; // ended meanwhile
      }
    });
  return found.sort((a, b) => a - b);
}

/** The first of them; undefined when the program does not run. */
export const podProcess = (site: SitePlan, program: PodProgram): number | undefined => podProcesses(site, program)[0];

/** Resident memory in MiB, shared pages included. */
export const residentMiB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
