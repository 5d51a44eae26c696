import { appendFileSync, mkdirSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import type { KubeObject } from "../../cluster/kubeApi";
import type { LabSite } from "../../plan";
import { podProcesses } from "../../process/podProcesses";
import { run } from "../../process/run";
import { waitFor } from "../../process/waitFor";
import { CACHE_NAMESPACE } from "../../tls/linkTls";
import type { FaultLab } from "../run/faultLab";
import { holdersOfVolume, stopped } from "./processes";

const CLAIM = `/api/v1/namespaces/${CACHE_NAMESPACE}/persistentvolumeclaims/data-dragonfly-0`;
const SCRIPT = join(__dirname, "volume.py");
const FILLER = "filler";
/** Beside the copy of what the volume holds. */
const ROOM_MIB = 4;

/** The volume of a site's server refuses every write. @returns what undoes it. */
export async function readOnlyVolume(w: FaultLab, site: LabSite): Promise<() => Promise<void>> {
  const pids = (await holdersOfVolume(w.plan(site))).map(String);
  await run("python3", [SCRIPT, "read-only", ...pids]);
  return async () => void (await run("python3", [SCRIPT, "writable", ...pids.filter(isAlive)]));
}

/**
 * A small file system with what the volume holds comes in its place, and is filled to its last byte. The guard waits
 * for the change. @returns what takes the small one away again, and brings back what was written to it.
 */
export async function fullVolume(w: FaultLab, site: LabSite): Promise<() => Promise<void>> {
  const claim = (await w.withApi(site, (api) => api.get(CLAIM))) as KubeObject & {
    readonly spec: { readonly volumeName: string };
  };
  const volume = join(w.plan(site).directory, "volumes", claim.spec.volumeName);
  const small = join(w.plan(site).directory, "full-volume");
  const pids = (await holdersOfVolume(w.plan(site))).map(String);
  const bytes = Number((await run("du", ["-sb", volume])).split("\t")[0]);
  mkdirSync(small, { recursive: true });
  const size = `${Math.ceil(bytes / 2 ** 20) + ROOM_MIB}m`;
  await run("mount", ["-t", "tmpfs", "-o", `size=${size},mode=0770,uid=999,gid=999`, "tmpfs", small]);
  const guardGoesOn = stopped(podProcesses(w.plan(site), "guard"));
  try {
    await copyContent(volume, small);
    await run("python3", [SCRIPT, "cover", small, ...pids]);
  } finally {
    guardGoesOn();
  }
  await fill(small);
  return async () => {
    rmSync(join(small, FILLER), { force: true });
    const goesOn = stopped(podProcesses(w.plan(site), "guard"));
    try {
      await copyContent(small, volume);
      await run("python3", [SCRIPT, "uncover", ...pids.filter(isAlive)]);
      await run("umount", ["--lazy", small]);
    } finally {
      goesOn();
    }
  };
}

/** As it is, owners and times included, and nothing else afterwards. */
async function copyContent(from: string, to: string): Promise<void> {
  for (const name of readdirSync(to)) rmSync(join(to, name), { recursive: true, force: true });
  await run("cp", ["-a", `${from}/.`, to]);
}

/** What a dump under way had taken is free again when that fails, so it is taken too. */
async function fill(folder: string): Promise<void> {
  await waitFor(
    () => {
      const { bavail, bsize } = statfsSync(folder);
      if (bavail > 0) appendFileSync(join(folder, FILLER), Buffer.alloc(bavail * bsize));
      return bavail === 0;
    },
    { what: "a full volume", deadlineMs: 30_000 },
  );
}

const isAlive = (pid: string): boolean => {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
};
