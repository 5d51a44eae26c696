import assert from "node:assert/strict";
import type { SiteRoleStatus } from "../../../contract/siteRole";
import type { LabSite } from "../../../lab/plan";
import type { World } from "./world";

/** How a command ended: its exit code, and what its receipt says. */
export interface Ended {
  readonly code: number;
  readonly notes: readonly string[];
  readonly problems: readonly string[];
}

/** Runs an operator's command with --json. */
export async function command(w: World, ...args: readonly string[]): Promise<Ended> {
  const { code, stdout, stderr } = await w.cli(...args, "--json");
  const receipt = JSON.parse(stdout || "{}") as {
    notes?: string[];
    problems?: string[];
    error?: { problems: string[] };
  };
  return { code, notes: receipt.notes ?? [], problems: receipt.problems ?? receipt.error?.problems ?? [stderr] };
}

export const snapshotIn = ({ notes }: Ended): string =>
  notes.map((note) => /^snapshot (\S+)$/.exec(note)?.[1]).find((id) => id !== undefined) ?? "";

/**
 * Whether a site knows that this snapshot, or one that its schedule took after it, is in the store. Ids begin with
 * their time.
 */
export const isNewest = ({ snapshots }: SiteRoleStatus, id: string): boolean => (snapshots?.newest?.id ?? "") >= id;

/** Takes a snapshot, which must succeed. @returns its id. */
export async function takeSnapshot(w: World, site: LabSite): Promise<string> {
  // In a pod that has just started the guard may be ready first.
  await w.statusWhere(site, "reports its snapshots", (status) => status.snapshots !== undefined);
  const ended = await command(w, "snapshot", "--site", site);
  assert.equal(ended.code, 0, ended.problems.join("; "));
  return snapshotIn(ended);
}
