import { epoch, milliseconds, siteName } from "../../server/types";
import type { Allowance, SiteRoleSpec } from "../../contract/siteRole";
import { type Heartbeat } from "../../contract/heartbeat";
import { decide } from "../../guard/decide/decide";
import type { Decision } from "../../guard/decide/action";
import type { AnsweringServer, Observation, PeerView } from "../../guard/observe/observation";
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
  server({ role: "replica", source: B, linkUp: true, heartbeat: beat(3, 100, { site: B }), ...change });

export const peer = (change: Partial<PeerView> = {}): PeerView => ({
  site: B,
  reachable: true,
  specRole: "replica",
  specEpoch: 3,
  serving: false,
  servingForMs: milliseconds(0),
  dataVersion: { epoch: 3, sequence: 99 },
  position: null,
  promotion: null,
  handover: null,
  ...change,
});

export const servingPeer = (change: Partial<PeerView> = {}): PeerView =>
  peer({
    specRole: "primary",
    serving: true,
    servingForMs: milliseconds(60_000),
    dataVersion: { epoch: 3, sequence: 101 },
    ...change,
  });

export const known = (change: Partial<GuardState> = {}): GuardState => ({
  ...INITIAL_STATE,
  spec: spec(),
  highestEpoch: 3,
  lastServed: { runId: RUN, epoch: epoch(3) },
  peerReached: RUN,
  promotion: {
    epoch: epoch(3),
    mode: "initial",
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
  usersHash: "h",
  role: { kind: "present", spec: spec() },
  state: known(),
  access: "open",
  dumps: true,
  credentials: true,
  server: server(),
  peers: [peer()],
  takeover: { kind: "none" },
  divergenceDump: { kind: "none" },
  snapshots: null,
  sinceFollowMs: milliseconds(3_600_000),
  terminating: false,
  ...change,
});

/** What the guard decides in a scene. */
export function decided({ state, access, ...observation }: Scene): Decision {
  const { server: seen } = observation;
  const startedClosed =
    access === "closed" && state.access !== null && seen.kind !== "absent" && state.access.runId !== seen.runId;
  if (seen.kind === "absent" || startedClosed) return decide(state, observation);
  const set =
    access === "unknown"
      ? state.access === null
        ? null
        : { runId: seen.runId, state: "open" as const, usersHash: "of others" }
      : { runId: seen.runId, state: access, usersHash: observation.usersHash };
  return decide({ ...state, access: set }, observation);
}

export const present = (change: Partial<SiteRoleSpec> = {}): Observation["role"] => ({
  kind: "present",
  spec: spec(change),
});

/** The operator's word for the server of `server()`, and for data of this version. */
export const allowance = (version: Allowance["dataVersion"]): Allowance => ({ runId: RUN, dataVersion: version });
