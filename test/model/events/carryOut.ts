import { pollPeers, readRole, startGuard, turns, type Rules } from "../guard/turn";
import { writeObject } from "../world/apiServer";
import { round, writeStatus } from "../world/round";
import { clientWrites, endServer, replicate, saveMain, startServer, thaw } from "../world/server";
import { siteAt, type World } from "../world/world";
import type { CommandDeed, Deed } from "./deed";

const cut = (w: World, blocked: boolean): void => {
  for (const [i, row] of w.blocked.entries()) for (const j of row.keys()) row[j] = blocked && i !== j;
};

/** Lets one thing happen; commands are carried out elsewhere, for they take their time. */
export function carryOut(w: World, deed: Exclude<Deed, CommandDeed>, rules: Rules): void {
  switch (deed.kind) {
    case "server killed":
      return endServer(w, deed.site, "killed");
    case "guard killed":
      siteAt(w, deed.site).guard = null;
      return;
    case "pod killed":
      siteAt(w, deed.site).guard = null;
      return endServer(w, deed.site, "killed");
    case "pod deleted":
      return deletePod(w, deed.site, rules);
    case "server frozen": {
      const { server } = siteAt(w, deed.site);
      if (server !== null) server.frozen = true;
      return;
    }
    case "server thawed":
      return thaw(w, deed.site);
    case "volume lost":
      return loseVolume(w, deed.site);
    case "volume":
      siteAt(w, deed.site).disk.mode = deed.mode;
      return;
    case "link cut":
      return cut(w, true);
    case "link mended":
      return cut(w, false);
    case "one way cut": {
      const row = w.blocked[deed.from];
      if (row !== undefined) row[deed.to] = true;
      return;
    }
    case "api":
      siteAt(w, deed.site).api.mode = deed.mode;
      return;
    case "object deleted":
      siteAt(w, deed.site).api.object = null;
      siteAt(w, deed.site).api.version += 1;
      return;
    case "object restored": {
      const { api } = siteAt(w, deed.site);
      const spec = api.backup ?? api.object?.spec;
      api.object = null;
      if (spec !== undefined) writeObject(w, deed.site, spec);
      return;
    }
    case "dump":
      saveMain(w, deed.site);
      return;
    case "snapshot": {
      const { server, snapshots } = siteAt(w, deed.site);
      if (server !== null && !server.syncing && !server.loading && !server.frozen) snapshots.push(server.data);
      return;
    }
    case "password changed": {
      const site = siteAt(w, deed.site);
      site.passwords += 1;
      if (site.guard !== null) site.guard.passwordsKnown = [site.passwords, ...site.guard.passwordsKnown].slice(0, 4);
      return;
    }
    case "memory":
      siteAt(w, deed.site).small = deed.small;
      return;
    case "stream":
      siteAt(w, deed.site).stalled = deed.stalled;
      return;
    case "trap":
      w.trap = { site: deed.site, steps: deed.steps, what: deed.what };
      return;
    case "turn":
      return turns(w, deed.site, rules);
    case "poll":
      return pollPeers(w, deed.site);
    case "read":
      return readRole(w, deed.site);
    case "client":
      return clientWrites(w, deed.site);
    case "replicate":
      return replicate(w, deed.site);
    case "status":
      return writeStatus(w, deed.site);
    case "time":
      return round(w, rules, deed.ms);
  }
}

/** As the kubelet has it: the guard is told and closes, then the server saves its dump; both come again. */
function deletePod(w: World, index: number, rules: Rules): void {
  const site = siteAt(w, index);
  if (site.guard !== null) {
    site.guard.terminating = true;
    turns(w, index, rules);
  }
  const frozen = site.server?.frozen === true;
  endServer(w, index, frozen ? "killed" : "told");
  site.guard = null;
}

/** The pod comes again, on an empty volume. */
function loseVolume(w: World, index: number): void {
  const site = siteAt(w, index);
  endServer(w, index, "killed");
  site.guard = null;
  Object.assign(site.disk, { state: null, main: null, beforeSync: null });
  site.disk.diverged.clear();
  startServer(w, index);
  startGuard(w, index);
}
