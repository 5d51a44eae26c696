import { initialPrimary, replicaOf } from "../../../cli/plan/specs";
import { epoch, siteName, type Engine } from "../../../server/types";
import { rest } from "../events/rest";
import { startGuard, type Rules } from "../guard/turn";
import { writeObject } from "./apiServer";
import { startServer } from "./server";
import { siteAt, type Site, type World } from "./world";

const NAMES = ["primary", "dr", "west"];
export const START = Date.parse("2026-01-01T00:00:00Z");

const newSite = (name: string): Site => ({
  name: siteName(name),
  api: { object: null, backup: null, lease: null, mode: "well", version: 0, uid: 0 },
  disk: { state: null, main: null, beforeSync: null, diverged: new Map(), mode: "well" },
  server: null,
  guard: null,
  passwords: 1,
  stalled: false,
  small: false,
  snapshots: [],
});

/** Sites that were deployed and never introduced. */
export function deployed(engine: Engine, sites: number): World {
  const w: World = {
    now: START,
    engine,
    onCrash: "recover",
    sites: NAMES.slice(0, sites).map(newSite),
    blocked: Array.from({ length: sites }, () => Array.from({ length: sites }, () => false)),
    journal: new Map(),
    runs: 0,
    logRuns: 0,
    trap: null,
    twoServeSince: null,
    epochs: new Map(),
    againstSince: Array.from({ length: sites }, () => null),
    madePrimary: new Set(),
    served: Array.from({ length: sites }, () => 0),
    words: new Set(),
    pendingWord: Array.from({ length: sites }, () => false),
    acknowledged: Array.from({ length: sites }, () => null),
    givenUp: [],
    violation: null,
  };
  for (const i of w.sites.keys()) {
    startServer(w, i);
    startGuard(w, i);
  }
  return w;
}

/** Introduced, the first site primary, everything in sync. */
export function introduced(engine: Engine, sites: number, rules: Rules): World {
  const w = deployed(engine, sites);
  const first = siteAt(w, 0).name;
  for (const [i, { name }] of w.sites.entries()) if (i > 0) writeObject(w, i, replicaOf(name, epoch(1), first));
  writeObject(w, 0, initialPrimary(first, epoch(1)));
  w.epochs.set(1, first);
  w.madePrimary.add(1);
  rest(w, rules);
  return w;
}
