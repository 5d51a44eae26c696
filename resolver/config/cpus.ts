import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/**
 * Whole cores that a cgroup's quota is worth.
 * @param text of cgroup v2's `cpu.max` ("150000 100000", "max 100000") or, for v1, quota and period joined by a space.
 * @returns Infinity when there is no quota.
 */
export function coresOfQuota(text: string): number {
  const [quota, period] = text.trim().split(/\s+/).map(Number);
  if (quota === undefined || period === undefined || !(quota > 0) || !(period > 0)) return Infinity;
  return quota / period;
}

/**
 * Worker processes for what this container is given: one a core, none beyond its quota. Node 20 does not look at the
 * quota itself.
 */
export const workersFor = (cores: number, quotaCores: number): number =>
  Math.max(1, Math.min(cores, Math.floor(quotaCores)));

function readQuota(): string {
  const files: readonly (readonly string[])[] = [
    ["/sys/fs/cgroup/cpu.max"],
    ["/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"],
  ];
  for (const set of files) {
    try {
      return set.map((file) => readFileSync(file, "utf8").trim()).join(" ");
    } catch {
      // The other version of cgroups, or none.
    }
  }
  return "";
}

export const workersHere = (): number => workersFor(availableParallelism(), coresOfQuota(readQuota()));
