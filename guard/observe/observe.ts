import type { GuardConfig } from "../config";
import type { RoleClient } from "../kube/roleClient";
import { sinceMs, type ServerRun } from "../server/serverRun";
import type { SnapshotRequests } from "../apply/apply";
import type { SnapshotsRelay } from "../snapshotsRelay";
import type { Observation, ServerView, SnapshotsView } from "./observation";
import type { HandoverClock } from "./handoverClock";
import type { PeerWatch } from "./peerWatch";
import type { ToldClaims } from "./toldClaims";
import type { Milliseconds } from "../../server/types";

/** Where an observation is read from. */
export interface Sources {
  readonly config: GuardConfig;
  readonly roles: Pick<RoleClient, "role">;
  readonly peers: readonly PeerWatch[];
  readonly run: ServerRun | null;
  readonly snapshots: Pick<SnapshotsRelay, "report"> | null;
  readonly requests: SnapshotRequests;
  readonly toldClaims: Pick<ToldClaims, "list">;
  readonly handoverClock: HandoverClock;
  readonly terminating: boolean;
}

/** Puts together what is seen; reads only. */
export function observe(server: ServerView, sources: Sources): Observation {
  const { config, run } = sources;
  const { site } = config;
  const role = sources.roles.role();
  return {
    site: site.site,
    engine: site.engine,
    peersConfigured: site.peers.map((peer) => peer.site),
    onPeerUnreachable: site.onPeerUnreachable,
    onCrash: site.onCrash,
    onSilent: site.onSilent,
    replacesWhileSyncing: site.engine === "dragonfly",
    usersHash: config.usersHash,
    role,
    dumps: run?.dumps ?? null,
    credentials: site.engine === "redis" ? (run?.credentials ?? null) : null,
    server,
    peers: sources.peers.map((peer) => peer.view()),
    toldClaims: sources.toldClaims.list(),
    takeover: run?.takeover ?? { kind: "none" },
    divergenceDump: run?.divergenceDump ?? { kind: "none" },
    snapshots: snapshotsView(sources),
    sinceFollowMs: run?.sinceFollowMs ?? sinceMs(null),
    sinceMetMs: run?.sinceMetMs ?? (0 as Milliseconds),
    sinceHandoverMs: sources.handoverClock.look(role),
    terminating: sources.terminating,
  };
}

function snapshotsView({ snapshots, requests, config }: Sources): SnapshotsView | null {
  if (snapshots === null) return null;
  return {
    restoreWhenEmpty: config.site.snapshots?.restoreWhenEmpty === true,
    reachable: snapshots.report !== null,
    requesting: requests.snapshot.kind === "running",
    requested: requests.snapshot.kind === "taken" ? requests.snapshot.id : null,
    sinceAskedMs: sinceMs(requests.restoreAt),
    restore: snapshots.report?.restore ?? null,
  };
}
