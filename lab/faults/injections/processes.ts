import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { LabError } from "../../labError";
import type { SitePlan } from "../../plan";
import { podProcess, podProcesses, type PodProgram } from "../../process/podProcesses";
import { Service } from "../../process/service";
import { waitFor } from "../../process/waitFor";

/** The program's process. Waits for it: it may be on its way up. */
export const processOf = (site: SitePlan, program: PodProgram): Promise<number> =>
  waitFor(() => podProcess(site, program), { what: `${site.site}: its ${program}`, deadlineMs: 120_000 });

export async function kill(site: SitePlan, program: PodProgram): Promise<void> {
  process.kill(await processOf(site, program), "SIGKILL");
}

/** Stops every process of the program. @returns what lets those that are still there go on. */
export async function freeze(site: SitePlan, program: PodProgram): Promise<() => void> {
  await processOf(site, program);
  return stopped(podProcesses(site, program));
}

/** Stops a site's API server: it takes connections, and says nothing. */
export function freezeApiServer(site: SitePlan): () => void {
  const service = Service.find(site.directory, "apiserver");
  if (service?.alive !== true) throw new LabError(`${site.site}: its API server does not run`);
  return stopped([service.pid]);
}

export function stopped(pids: readonly number[]): () => void {
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  return () => {
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGCONT");
      } catch {
        // Ended meanwhile.
      }
    }
  };
}

/** A process in each container of the server's pod that has the volume. */
export async function holdersOfVolume(site: SitePlan): Promise<readonly number[]> {
  const pod = podOf(await processOf(site, "server"));
  const found = new Map<string, number>();
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  for (const pid of pids.map(Number).sort((a, b) => a - b)) {
    try {
      const namespace = readlinkSync(`/proc/${pid}/ns/mnt`);
      // The first one is the container's own; later ones may be a probe that is about to end.
      if (podOf(pid) === pod && existsSync(`/proc/${pid}/root/data`) && !found.has(namespace))
        found.set(namespace, pid);
    } catch {
      // Ended meanwhile.
    }
  }
  return [...found.values()];
}

const podOf = (pid: number): string =>
  /pod[0-9a-f-]{36}/.exec(readFileSync(`/proc/${pid}/cgroup`, "utf8"))?.[0] ?? `none of ${pid}`;
