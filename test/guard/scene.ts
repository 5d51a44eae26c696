import { epoch, milliseconds, siteName } from "../../server/types";
import type { Allowance, DataVersion, SiteRoleSpec } from "../../contract/siteRole";
import { type Heartbeat } from "../../contract/heartbeat";
import type { DataState } from "../../contract/dataState";
import { decide } from "../../guard/decide/decide";
import type { Decision } from "../../guard/decide/action";
import type { AnsweringServer, Observation, PeerView } from "../../guard/observe/observation";
import { remember } from "../../guard/remember/remember";
import type { Storage } from "../../guard/remember/stateFile";
import { INITIAL_STATE, type ClientAccess, type GuardState } from "../../guard/remember/guardState";

/** Site a's guard; b is its peer. Each test says only what differs from a healthy, serving primary at epoch 3. */
export const A = siteName("a");
export const B = siteName("b");
export const RUN = "boot-10-1000";

export const beat = (at: number, sequence: number, change: Partial<Heartbeat> = {}): Heartbeat => ({
  epoch: at,
  sequence,
  site: A,
  time: 0,
  commands: 1000,
  runId: RUN,
  history: [],
  sealed: false,
  ...change,
});

export const spec = (change: Partial<SiteRoleSpec> = {}): SiteRoleSpec => ({
  site: A,
  role: "primary",
  epoch: epoch(3),
  mode: "initial",
  ...change,
});

export const server = (change: Partial<AnsweringServer> = {}): AnsweringServer => ({
  kind: "answering",
  runId: RUN,
  loading: false,
  role: "primary",
  source: null,
  linkUp: false,
  linkDownMs: milliseconds(0),
  syncInProgress: false,
  position: { replicationId: "r1", offset: 5000 },
  heartbeat: beat(3, 100),
  heartbeatUnchangedMs: milliseconds(100),
  commands: 1500,
  dumping: false,
  ...change,
});

export const replicaServer = (change: Partial<AnsweringServer> = {}): AnsweringServer =>
  server({
    role: "replica",
    source: B,
    linkUp: true,
    heartbeat: beat(3, 100, { site: B, runId: RUN_OF_B }),
    ...change,
  });

/** What a peer holds; without more said, a copy of what this site's server has stamped. */
export const held = (epochOf: number, sequence: number, change: Partial<DataState> = {}): DataState => ({
  epoch: epochOf,
  sequence,
  run: RUN,
  standing: "copied",
  history: [],
  ...change,
});

/** @param change - `dataVersion` stands for a copy of that version. */
type PeerChange = Partial<PeerView> & { readonly dataVersion?: DataVersion | null };

export const peer = ({ dataVersion, ...change }: PeerChange = {}): PeerView => ({
  site: B,
  reachable: true,
  specRole: "replica",
  specEpoch: 3,
  serving: false,
  servingForMs: milliseconds(0),
  data:
    dataVersion === undefined
      ? held(3, 99)
      : dataVersion === null
        ? null
        : held(dataVersion.epoch, dataVersion.sequence),
  empty: false,
  position: null,
  askedMsAgo: milliseconds(100),
  refusedEpoch: null,
  takingOver: null,
  recoveringFrom: null,
  givingTo: null,
  promotion: null,
  handover: null,
  ...change,
});

/** The run of the peer's server. */
export const RUN_OF_B = "boot-20-2000";

/** b went on from all that a had stamped up to a handover, or from less. */
export const NOTHING_MISSING = [{ run: RUN, epoch: 3, sequence: 101 }];
export const SOMETHING_MISSING = [{ run: RUN, epoch: 3, sequence: 95 }];

export const servingPeer = ({ dataVersion, ...change }: PeerChange = {}): PeerView =>
  peer({
    specRole: "primary",
    serving: true,
    servingForMs: milliseconds(60_000),
    data: held(dataVersion?.epoch ?? 3, dataVersion?.sequence ?? 101, {
      run: RUN_OF_B,
      standing: "whole",
      history: NOTHING_MISSING,
    }),
    ...change,
  });

export const reached = { runId: RUN, sites: [B] };

export const known = (change: Partial<GuardState> = {}): GuardState => ({
  ...INITIAL_STATE,
  spec: spec(),
  highestEpoch: 3,
  lastServed: { runId: RUN, epoch: epoch(3) },
  peersReached: reached,
  promotion: {
    epoch: epoch(3),
    mode: "initial",
    runId: "the-run-that-was-promoted",
    dataVersion: null,
    commandsSeen: null,
    runIdSeen: null,
    lagSeconds: null,
    partial: false,
  },
  access: { runId: RUN, state: "open", usersHash: "h" },
  ...change,
});

/** An observation with what is known before it. `access` is that of the server that is seen, as if it had been set. */
export interface Scene extends Observation {
  readonly state: GuardState;
  readonly access: ClientAccess;
}

export const scene = (change: Partial<Scene> = {}): Scene => ({
  site: A,
  engine: "redis",
  peersConfigured: [B],
  onPeerUnreachable: "hold",
  onCrash: "recover",
  onSilent: "wait",
  replacesWhileSyncing: false,
  usersHash: "h",
  role: present(),
  state: known(),
  access: "open",
  dumps: true,
  credentials: true,
  server: server(),
  peers: [peer()],
  toldClaims: [],
  takeover: { kind: "none" },
  divergenceDump: { kind: "none" },
  snapshots: null,
  sinceFollowMs: milliseconds(3_600_000),
  sinceMetMs: milliseconds(60_000),
  sinceHandoverMs: milliseconds(0),
  terminating: false,
  ...change,
});

/** As if the access of the scene had been set on the server that is seen. */
function stateOf({ state, access, ...observation }: Scene): GuardState {
  const { server: seen } = observation;
  if (seen.kind === "absent") return state;
  // A process starts closed: what was set on an earlier one stays noted.
  if (access === "closed" && state.access !== null && state.access.runId !== seen.runId) return state;
  if (access === "unknown" && state.access === null) return state;
  const set =
    access === "unknown"
      ? { runId: seen.runId, state: "open" as const, usersHash: "of others" }
      : { runId: seen.runId, state: access, usersHash: observation.usersHash };
  return { ...state, access: set };
}

/** What the guard knows after a scene. */
export function remembered(seen: Scene): GuardState {
  const before = stateOf(seen);
  const { role } = seen;
  // `known` speaks of a primary; a scene of a replica at the same epoch has had that role before, too.
  const same = role.kind === "present" && role.spec.epoch === before.spec?.epoch;
  return remember(same ? { ...before, spec: role.spec } : before, seen);
}

/** What the guard decides in a scene. */
export const decided = (seen: Scene, storage: Storage = { kind: "durable" }): Decision =>
  decide(remembered(seen), seen, storage);

export const present = (change: Partial<SiteRoleSpec> = {}): Observation["role"] => ({
  kind: "present",
  spec: spec(change),
  reported: null,
});

/** The operator's word for the server of `server()`, and for data of this version. */
export const allowance = (version: Allowance["dataVersion"]): Allowance => ({ runId: RUN, dataVersion: version });
