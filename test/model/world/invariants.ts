import type { SiteRoleObject } from "../../../contract/siteRole";
import { common, describeLog, holds, type Data, type Log } from "./log";
import { connected, siteAt, violate, type World } from "./world";

/** The time that guards are given to hear of each other over a link that is whole. */
export const QUIET_MS = 2_000;

export const takesWrites = (w: World, index: number): boolean => {
  const { server, small } = siteAt(w, index);
  return (
    server !== null &&
    server.role === "primary" &&
    server.door === "open" &&
    !server.frozen &&
    !server.loading &&
    !small
  );
};

/** Invariant 1: for as long as two sites take writes the link was whole, and nothing was in the guards' way. */
export function checkServing(w: World): void {
  const open = w.sites.filter((_, i) => takesWrites(w, i)).map((s) => s.name);
  const undisturbed = w.sites.every(
    (site, i) =>
      site.guard !== null &&
      site.server !== null &&
      !site.server.frozen &&
      w.sites.every((_, j) => i === j || connected(w, i, j)),
  );
  if (open.length < 2 || !undisturbed) {
    w.twoServeSince = null;
    return;
  }
  w.twoServeSince ??= w.now;
  if (w.now - w.twoServeSince >= QUIET_MS)
    violate(w, 1, `${open.join(" and ")} take writes at once for two seconds over a link that is whole`);
}

/** Invariant 1: a site whose object can be read serves only while that object says so. */
export function checkRoles(w: World): void {
  for (const [i, { api, guard, name }] of w.sites.entries()) {
    const { object } = api;
    const said = object?.spec.role === "primary" && object.spec.epoch >= (w.served[i] ?? 0);
    const against = takesWrites(w, i) && guard !== null && api.mode !== "down" && !said;
    if (!against) w.againstSince[i] = null;
    const since = against ? (w.againstSince[i] ??= w.now) : w.now;
    if (w.now - since >= QUIET_MS)
      violate(w, 1, `${name} takes writes for two seconds although its object ${describeRole(object)}`);
  }
}

const describeRole = (object: SiteRoleObject | null): string =>
  object === null ? "is gone" : `says ${object.spec.role} at epoch ${object.spec.epoch}`;

/** Invariant 2, for every epoch that is given to a site or served at. */
export function claimEpoch(w: World, epoch: number, site: string, how: string): void {
  const owner = w.epochs.get(epoch);
  if (owner === undefined) w.epochs.set(epoch, site);
  else if (owner !== site) violate(w, 2, `epoch ${epoch} is ${owner}'s and is given to ${site} (${how})`);
}

export function servesAtEpoch(w: World, index: number, epoch: number): void {
  claimEpoch(w, epoch, siteAt(w, index).name, "serves");
  const before = w.served[index] ?? 0;
  if (epoch < before) violate(w, 2, `${siteAt(w, index).name} served at epoch ${before} and serves at ${epoch} now`);
  w.served[index] = Math.max(before, epoch);
}

/** Whether `log` is to be found somewhere else than in the server of `index`, or was given up expressly. */
export function isKept(w: World, log: Log | null, index: number): boolean {
  if (log === null || w.givenUp.some((g) => holds(g, log))) return true;
  return w.sites.some((site, i) => {
    const { disk } = site;
    const places: (Data | null)[] = [disk.main, disk.beforeSync, ...disk.diverged.values(), ...site.snapshots];
    if (i !== index && site.server !== null) places.push(site.server.data);
    return places.some((data) => data !== null && holds(data.log, log));
  });
}

/** Whether what `log` has beyond `than` was begun by an operator's word. */
function hasWord(w: World, index: number, log: Log | null, than: Log | null): boolean {
  const base = common(log, than);
  for (let at = log; at !== null && at.run !== base?.run; at = at.base) if (w.words.has(at.run)) return true;
  return w.pendingWord[index] === true;
}

/** Invariants 4 and 5: the data of `replica` is about to be replaced by that of `source`. */
export function checkReplaced(w: World, replica: number, source: number): void {
  const old = siteAt(w, replica).server?.data.log ?? null;
  const by = siteAt(w, source).server?.data.log ?? null;
  if (holds(by, old)) return;
  const what =
    `${siteAt(w, replica).name}'s copy (${describeLog(old)}) is replaced by ${siteAt(w, source).name}'s ` +
    `(${describeLog(by)})`;
  if (!isKept(w, old, replica)) violate(w, 5, `${what}, and no dump of it was kept`);
  if (!hasWord(w, source, by, old)) violate(w, 4, `${what} without a word of the operator`);
}

/** Invariant 5: a process or a dump goes, and what it holds with it. */
export function checkGone(w: World, index: number, log: Log | null, how: string): void {
  if (isKept(w, log, index)) return;
  violate(w, 5, `${siteAt(w, index).name}'s data (${describeLog(log)}) is lost: ${how}`);
}
