import type { SiteRoleObject, SiteRoleSpec } from "../../../contract/siteRole";
import type { Engine, SiteName } from "../../../server/types";
import type { JournalEntry } from "../../../cli/journal";
import { cloneGuard, type GuardProcess } from "../guard/state";
import type { Data, Log } from "./log";

export type Door = "closed" | "read-only" | "source" | "handover" | "open";

/** One process of a server. Replaced by a new one after its end; mutable within one step of the search only. */
export interface Server {
  /** `run-N`: no other process has it. */
  readonly run: string;
  role: "primary" | "replica";
  /** The site it was told to follow. */
  source: number | null;
  /** The source's process that it is attached to; null: the link is down. */
  attached: string | null;
  syncing: boolean;
  /** Redis: where its stream is. */
  replicationId: string;
  offset: number;
  data: Data;
  /** What the ACL lets in. */
  door: Door;
  dumps: boolean;
  credentials: boolean;
  frozen: boolean;
  loading: boolean;
  /** The passwords that its users guard and default have. */
  passwords: number;
  /** Dragonfly: its source came back as another process, and it waits to be told anew. */
  broken: boolean;
  /** A takeover that was sent to it while it was frozen: carried out when it wakes. */
  takeoverQueued: boolean;
  commands: number;
  /** The run of client writes that it goes on with; null: the next write begins one. */
  writes: number | null;
}

export interface Disk {
  /** The guard's file: its text as a value; "torn": unreadable. */
  state: unknown;
  main: Data | null;
  beforeSync: Data | null;
  readonly diverged: Map<string, Data>;
  mode: "well" | "read-only" | "full";
}

/** How a site's API server treats requests. */
export type ApiMode =
  | "well"
  /** Nobody reaches it. */
  | "down"
  /** Reads are answered, writes with 500; nothing is written. */
  | "refuses-writes"
  /** Reads are answered, writes of the operator's with 403. */
  | "forbids-writes"
  /** The guard's status writes are lost. */
  | "loses-status";

export interface Api {
  object: SiteRoleObject | null;
  /** What a backup of the cluster holds: the spec before the last change of role. */
  backup: SiteRoleSpec | null;
  lease: { body: unknown; version: number } | null;
  mode: ApiMode;
  version: number;
  uid: number;
}

export interface Site {
  readonly name: SiteName;
  readonly api: Api;
  readonly disk: Disk;
  server: Server | null;
  guard: GuardProcess | null;
  /** What the Secret has. */
  passwords: number;
  /** What it follows does not arrive, while all else passes over the link. */
  stalled: boolean;
  /** Its limit is below what the data needs. */
  small: boolean;
  /** In the site's bucket, oldest first. */
  snapshots: Data[];
}

/** Something that happens in the middle of what a guard does: before its step of that number from now. */
export interface Trap {
  readonly site: number;
  steps: number;
  readonly what: "guard dies" | "server dies" | "pod dies" | "volume refuses" | "link is cut";
}

export interface Violation {
  readonly invariant: 1 | 2 | 3 | 4 | 5 | 6;
  readonly text: string;
}

/** An operator's word that a site may serve what it holds although others hold more. */
export interface Word {
  readonly site: number;
  readonly command: string;
}

export interface World {
  now: number;
  readonly engine: Engine;
  /** What a primary does that came back with older data than a copy has. */
  readonly onCrash: "recover" | "hold";
  readonly sites: Site[];
  /** By number of who asks and who is asked. */
  readonly blocked: boolean[][];
  /** By command and site. */
  readonly journal: Map<string, JournalEntry>;
  runs: number;
  logRuns: number;
  trap: Trap | null;
  /** Since when two sites take writes although nothing is in the guards' way. */
  twoServeSince: number | null;
  /** Whose each epoch is, by what was written and served. */
  readonly epochs: Map<number, string>;
  /** Since when a site takes writes against what its object says, by site. */
  readonly againstSince: (number | null)[];
  /** Epochs at which a site's object was made primary. */
  readonly madePrimary: Set<number>;
  /** The highest epoch that each site has served at. */
  readonly served: number[];
  /** Runs of writes that began with an operator's word. */
  readonly words: Set<number>;
  /** Words given and not yet used, by site. */
  readonly pendingWord: boolean[];
  /** By site: what its server held after the last write that it acknowledged. */
  readonly acknowledged: (Log | null)[];
  /** What operators gave up expressly. */
  readonly givenUp: Log[];
  violation: Violation | null;
}

export function cloneServer(server: Server): Server {
  return { ...server };
}

/** A copy whose parts can be changed; values within (specs, memories, logs) are immutable and shared. */
export function cloneWorld(w: World): World {
  return {
    ...w,
    sites: w.sites.map((s): Site => ({
      ...s,
      api: { ...s.api },
      disk: { ...s.disk, diverged: new Map(s.disk.diverged) },
      server: s.server === null ? null : { ...s.server },
      guard: s.guard === null ? null : cloneGuard(s.guard),
      snapshots: [...s.snapshots],
    })),
    blocked: w.blocked.map((row) => [...row]),
    trap: w.trap === null ? null : { ...w.trap },
    epochs: new Map(w.epochs),
    againstSince: [...w.againstSince],
    madePrimary: new Set(w.madePrimary),
    served: [...w.served],
    journal: new Map(w.journal),
    words: new Set(w.words),
    pendingWord: [...w.pendingWord],
    acknowledged: [...w.acknowledged],
    givenUp: [...w.givenUp],
  };
}

export function siteAt(w: World, index: number): Site {
  const site = w.sites[index];
  if (site === undefined) throw new Error(`no site ${index}`);
  return site;
}

/** Whether `from` can open a connection to `to`; what comes back on it passes then, too. */
export const connected = (w: World, from: number, to: number): boolean => w.blocked[from]?.[to] !== true;

/** Keeps the first violation only: what follows from it is no news. */
export function violate(w: World, invariant: Violation["invariant"], text: string): void {
  w.violation ??= { invariant, text };
}
