import type { GuardReport } from "../../../contract/guardReport";
import type { Heartbeat } from "../../../contract/heartbeat";
import type { DataVersion } from "../../../contract/siteRole";
import type { Branch } from "../../../contract/dataState";
import type { Claim } from "../../../contract/epochs";
import type { Action } from "../../../guard/decide/action";
import type { CycleResult } from "../../../guard/guardView";
import type { DumpView, OwnReport, RoleView, TakeoverView } from "../../../guard/observe/observation";
import type { GuardState } from "../../../guard/remember/guardState";

/** What a guard knows of one peer from its answers. */
export interface Sight {
  readonly peer: number;
  report: GuardReport | null;
  reachable: boolean;
  servingSince: number | null;
  lastContact: number | null;
  askedAt: number | null;
}

/** What a guard has set and begun on one run of the server (guard/server/serverRun.ts). */
export interface Run {
  readonly run: string;
  /** The passwords that its connections were made with; null before the first. */
  readonly with: number | null;
  readonly dumps: boolean | null;
  readonly credentials: boolean | null;
  readonly takeover: TakeoverView;
  /** Redis: until when the proof of a handover is waited for. */
  readonly takeoverUntil: number;
  readonly divergenceDump: DumpView;
  /** What the dump under way is of, and when the last one ended. */
  readonly dumping: Extract<Action, { kind: "saveDivergence" }> | null;
  readonly dumpedAt: number | null;
  readonly followedAt: number | null;
  readonly metAt: number;
}

/** One process of a guard: everything that is gone with it. What lasts is the file on the site's volume. */
export interface GuardProcess {
  /** What it knows, and what of that is on the volume. */
  state: GuardState;
  written: GuardState | null;
  writtenAt: number;
  failure: string | null;
  role: RoleView;
  /** What an earlier guard had written into the object, as it was first read; undefined before that. */
  reported: OwnReport | null | undefined;
  handoverSeen: { readonly epoch: number; readonly at: number } | null;
  /** What peers have sent along with their questions. */
  told: readonly Claim[];
  generation: number;
  passwords: number;
  server: Run | null;
  terminating: boolean;
  restore: { readonly epoch: number; readonly from: string; readonly state: "fetching" | "placed" | "failed" } | null;
  restoreAskedAt: number | null;
  silentSince: number | null;
  linkDownSince: number | null;
  beatSeen: { readonly beat: Heartbeat | null; readonly since: number } | null;
  seenRun: string | null;
  /** The run that heartbeats go to, the version of the next one, and how the last one fared. */
  beating: string | null;
  nextBeat: DataVersion | null;
  history: readonly Branch[];
  lastBeat: Heartbeat | null;
  beatError: string | null;
  result: CycleResult;
  /** What its API answers, as of the last cycle; null: not asked since. */
  answer: GuardReport | null;
  /** When the status was last written, and what it said that was new. */
  statusAt: number | null;
  statusKey: string;
  peers: Sight[];
}

/** The hash of users and passwords that this guard was told. */
export const usersHash = (guard: GuardProcess): string => `users-${guard.passwords}`;

/** Every part but the peers' is an immutable value. */
export const cloneGuard = (guard: GuardProcess): GuardProcess => ({
  ...guard,
  peers: guard.peers.map((p) => ({ ...p })),
});
