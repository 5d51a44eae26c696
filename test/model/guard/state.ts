import type { GuardReport } from "../../../contract/guardReport";
import type { Heartbeat } from "../../../contract/heartbeat";
import type { DataVersion } from "../../../contract/siteRole";
import type { CycleResult } from "../../../guard/guardView";
import type { Claim } from "../../../contract/epochs";
import type { Branch } from "../../../contract/dataState";
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

type EndedDump = Omit<Extract<DumpView, { readonly kind: "ended" }>, "forMs"> & { readonly at: number };
/** A dump beside the usual one, under way or ended. */
export type Dump =
  | { readonly kind: "none" }
  | ({ readonly kind: "running" } & Pick<EndedDump, "epoch" | "writesUpperBound" | "of">)
  | EndedDump;

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
  readonly dump: Dump;
  readonly metAt: number;
  readonly followedAt: number | null;
}

/** One process of a guard: everything that is gone with it. What lasts is the file on the site's volume. */
export interface GuardProcess {
  /** What it knows, and what of that is on the volume. */
  state: GuardState;
  written: GuardState | null;
  writtenAt: number;
  failure: string | null;
  role: RoleView;
  generation: number;
  /** What an earlier guard of this site had reported when this one first read the object; undefined before that. */
  reported: OwnReport | null | undefined;
  /** The newest first. */
  passwordsKnown: readonly number[];
  /** What peers have said along with their questions, by site. */
  told: Readonly<Record<string, Claim>>;
  handoverSeen: { readonly epoch: number; readonly since: number } | null;
  stoppedServingAt: string | null;
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
export const usersHash = (guard: GuardProcess): string => `users-${guard.passwordsKnown[0] ?? 0}`;

/** Every part but the peers' is an immutable value. */
export const cloneGuard = (guard: GuardProcess): GuardProcess => ({
  ...guard,
  peers: guard.peers.map((p) => ({ ...p })),
});
