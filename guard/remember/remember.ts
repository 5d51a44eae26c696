import { higherClaim } from "../../contract/epochs";
import { isSynchronized, runIdOf, type Observation } from "../observe/observation";
import type { GuardState } from "./guardState";

/**
 * What is known after an observation: a pure function, applied before anything is decided. A field keeps its value
 * (and the state its identity) where the observation says nothing new. What it returns is written durably before
 * anything relies on it.
 */
export function remember(state: GuardState, observation: Observation): GuardState {
  const steps = [rememberRole, rememberPeers, rememberServer, rememberEnded];
  return steps.reduce((known, step) => changed(known, step(known, observation)), state);
}

type Step = (state: GuardState, observation: Observation) => Partial<GuardState>;

const rememberRole: Step = (state, { role }) => {
  if (role.kind !== "present") return {};
  const { spec } = role;
  return {
    spec,
    highestEpoch: Math.max(state.highestEpoch, spec.epoch),
    // A handover that was given up must not answer for a later one.
    ...(spec.handover === undefined ? { handover: null } : {}),
  };
};

const rememberPeers: Step = (state, { peers, server }) => {
  const runId = runIdOf(server);
  const reachable = peers.filter((peer) => peer.reachable);
  const highestClaim = reachable.reduce(
    (highest, { specEpoch, specRole, site }) =>
      specEpoch === null || specRole === null
        ? highest
        : higherClaim(highest, { epoch: specEpoch, site, role: specRole }),
    state.highestClaim,
  );
  return { highestClaim, ...(runId !== null && reachable.length > 0 ? { peerReached: runId } : {}) };
};

const rememberServer: Step = (_, { server, role }) => {
  if (server.kind !== "answering" || server.heartbeat == null) return {};
  const { epoch, sequence } = server.heartbeat;
  // A former primary that is in sync with another one has nothing of its own left to keep.
  const isCopy = role.kind === "present" && role.spec.role === "replica" && isSynchronized(server);
  return { dataVersion: { epoch, sequence }, ...(isCopy ? { lastServed: null } : {}) };
};

/** What was begun and has ended since. */
const rememberEnded: Step = (_, { divergenceDump, snapshots }) => ({
  ...(divergenceDump.kind === "ended"
    ? {
        divergence: {
          epoch: divergenceDump.epoch,
          writesUpperBound: divergenceDump.writesUpperBound,
          dump: divergenceDump.file,
        },
      }
    : {}),
  ...(snapshots?.requested == null ? {} : { snapshotRequested: snapshots.requested }),
});

function changed(state: GuardState, change: Partial<GuardState>): GuardState {
  const fresh = Object.entries(change).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(state[key as keyof GuardState]),
  );
  return fresh.length === 0 ? state : { ...state, ...Object.fromEntries(fresh) };
}
