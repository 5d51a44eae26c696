import { higherClaim, isAbove, NO_EPOCH } from "../../contract/epochs";
import type { SiteRoleSpec } from "../../contract/siteRole";
import { holdsWholeCopy, isSynchronized, runIdOf, type Observation, type OwnReport } from "../observe/observation";
import type { GuardState, PeerMemory } from "./guardState";

/**
 * What is known after an observation: a pure function, applied before anything is decided. A field keeps its value
 * (and the state its identity) where the observation says nothing new. What it returns is written durably before
 * anything is begun that relies on it.
 */
export function remember(state: GuardState, observation: Observation): GuardState {
  const steps = [rememberRole, rememberPeers, rememberServer, rememberEnded];
  return steps.reduce((known, step) => changed(known, step(known, observation)), state);
}

type Step = (state: GuardState, observation: Observation) => Partial<GuardState>;

/** Rule 2: what is remembered of the role never goes backwards. */
const rememberRole: Step = (state, { role, site }) => {
  switch (role.kind) {
    case "unknown":
      return {};
    case "missing":
      return isAbove(state.highestEpoch, NO_EPOCH) ? { roleProblem: "missing" } : {};
    case "not-understood":
      return { roleProblem: "not understood" };
    case "present":
      if (role.spec.site !== site) return {};
      if (isBehind(state, role.spec)) return { roleProblem: "regressed" };
      return { ...rememberSpec(state, role.spec), ...rememberOwnReport(state, role.reported) };
  }
};

/** At one epoch a site has one role: an object with the other was not made by a change of the one that was seen. */
const isBehind = (state: GuardState, spec: SiteRoleSpec): boolean =>
  isAbove(state.highestEpoch, spec.epoch) ||
  (spec.epoch === state.highestEpoch && state.spec !== null && state.spec.role !== spec.role);

const rememberSpec = (state: GuardState, spec: SiteRoleSpec): Partial<GuardState> => ({
  spec,
  roleProblem: null,
  highestEpoch: Math.max(state.highestEpoch, spec.epoch),
  // A handover that was given up must not answer for a later one.
  ...(spec.handover === undefined ? { handover: null, handoverWithdrawn: 0 } : {}),
  ...(spec.role !== "primary" || spec.epoch !== state.recovery?.epoch ? { recovery: null } : {}),
  ...(state.lostAtEpoch !== null && isAbove(spec.epoch, state.lostAtEpoch) ? { lostAtEpoch: null } : {}),
});

/** A guard that knows nothing although one of its site has reported: the state was lost. The report says some of it. */
function rememberOwnReport(state: GuardState, reported: OwnReport | null): Partial<GuardState> {
  if (reported === null || reported.epoch === NO_EPOCH || isAbove(state.highestEpoch, NO_EPOCH)) return {};
  const { promotion, refusal, highestClaim } = reported;
  return {
    lostAtEpoch: reported.epoch,
    ...(promotion === null ? {} : { promotion: { ...promotion, runId: null } }),
    ...(refusal === null ? {} : { refusal: { ...refusal, unheard: false } }),
    ...(highestClaim === null ? {} : { highestClaim: higherClaim(state.highestClaim, highestClaim) }),
  };
}

const rememberPeers: Step = (state, { peers, toldClaims, server }) => {
  const runId = runIdOf(server);
  const reachable = peers.filter((peer) => peer.reachable);
  const asked = reachable.flatMap(({ specEpoch, specRole, site }) =>
    specEpoch === null || specRole === null ? [] : [{ epoch: specEpoch, site, role: specRole }],
  );
  const highestClaim = [...asked, ...toldClaims].reduce(higherClaim, state.highestClaim);
  const heard = reachable.map((peer): [string, PeerMemory] => {
    const before = state.peers[peer.site] ?? { data: null, refusedEpoch: 0 };
    // While it cannot say, what it said before stands: only its own later word ends a hold.
    const data = peer.data ?? (peer.empty ? null : before.data);
    return [peer.site, { data, refusedEpoch: Math.max(before.refusedEpoch, peer.refusedEpoch ?? 0) }];
  });
  // Rule 2: a peer whose server loads, or does not answer, has been reached and has said nothing of its data.
  const sites =
    runId === null
      ? []
      : reachable
          .filter((peer) => peer.data !== null || peer.empty || (state.peers[peer.site]?.data ?? null) !== null)
          .map((peer) => peer.site);
  const known = state.peersReached?.runId === runId ? state.peersReached.sites : [];
  return {
    highestClaim,
    ...(heard.length === 0 ? {} : { peers: { ...state.peers, ...Object.fromEntries(heard) } }),
    ...(runId === null || sites.length === 0
      ? {}
      : { peersReached: { runId, sites: [...new Set([...known, ...sites])] } }),
    ...(state.refusal?.unheard === true && reachable.length > 0 ? { refusal: null } : {}),
  };
};

const rememberServer: Step = (state, { server, role, replacesWhileSyncing }) => {
  if (server.kind !== "answering") return {};
  const { runId, heartbeat } = server;
  const copied = holdsWholeCopy(server);
  const replacing = replacesWhileSyncing && server.role === "replica" && server.syncInProgress;
  // A former primary that is in sync with another one has nothing of its own left to keep.
  const isCopy = role.kind === "present" && role.spec.role === "replica" && isSynchronized(server);
  return {
    ...(heartbeat == null ? {} : { dataVersion: { epoch: heartbeat.epoch, sequence: heartbeat.sequence } }),
    ...(copied ? { copied: runId } : {}),
    ...(copied && state.partial !== null ? { partial: null } : {}),
    ...(replacing ? { partial: runId } : {}),
    ...(isCopy ? { lastServed: null } : {}),
  };
};

/** What was begun and has ended since. */
const rememberEnded: Step = (_, { divergenceDump, snapshots }) => ({
  ...(divergenceDump.kind === "ended"
    ? {
        divergence: {
          epoch: divergenceDump.epoch,
          writesUpperBound: divergenceDump.writesUpperBound,
          dump: divergenceDump.file,
          of: divergenceDump.file === null ? null : divergenceDump.of,
        },
      }
    : {}),
  ...(snapshots?.requested == null ? {} : { snapshotRequested: snapshots.requested }),
});

function changed(state: GuardState, change: Partial<GuardState>): GuardState {
  const fresh = Object.entries(change).filter(([key, value]) => {
    const before = state[key as keyof GuardState];
    return value !== before && JSON.stringify(value) !== JSON.stringify(before);
  });
  return fresh.length === 0 ? state : { ...state, ...Object.fromEntries(fresh) };
}
