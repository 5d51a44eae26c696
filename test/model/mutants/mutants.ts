import { REAL_RULES } from "../guard/turn";
import { blind, disobedient, forgetful, runOf, withServer, without, withSpec, type Mutant } from "./mutant";

/** Each of the guard's rules (docs/guard-rules.md) taken out once. */
export const MUTANTS: readonly Mutant[] = [
  {
    rule: "0: closes first",
    fault: "a former primary is not closed",
    rules: without((a) => a.kind === "setAccess" && a.access === "closed"),
    where: ["crashes, dumps", "overrides"],
  },
  {
    rule: "0: closing depends on nothing",
    fault: "while the volume refuses writes nothing is done",
    rules: {
      ...REAL_RULES,
      decide: (state, o, storage) => {
        const decision = REAL_RULES.decide(state, o, { kind: "durable" });
        return storage.kind === "durable" ? decision : { ...decision, actions: [] };
      },
    },
    where: ["volumes ("],
  },
  {
    rule: "1: no site is known to be higher",
    fault: "a higher claim of a peer does not fence",
    rules: blind((state) => ({ state: { ...state, highestClaim: null } })),
    where: ["API servers", "crashes, dumps"],
  },
  {
    rule: "1: data not older than any seen elsewhere",
    fault: "what peers hold is not looked at",
    rules: blind((state, o) => ({ state: { ...state, peers: {} }, o: { ...o, onCrash: "hold" } })),
    where: ["crashes and the link"],
  },
  {
    rule: "1: what was seen lasts",
    fault: "what a peer held is forgotten while it cannot be reached",
    rules: blind((state, o) => ({
      state: {
        ...state,
        peers: Object.fromEntries(
          Object.entries(state.peers).filter(([site]) => o.peers.some((p) => p.site === site && p.reachable)),
        ),
      },
    })),
    where: ["crashes and the link"],
  },
  {
    rule: "1: the data version orders any two states",
    fault: "a server back from a dump counts as new as a copy with the same heartbeat",
    rules: blind((state, o) => ({ state: { ...state, copied: runOf(o) } })),
    where: ["writes between"],
  },
  {
    rule: "2: after a start a peer is asked",
    fault: "serves after a start without having reached a peer",
    rules: blind((state, o) => ({
      state: { ...state, peersReached: { runId: runOf(o), sites: o.peersConfigured } },
    })),
    where: ["crashes and the link", "crashes, dumps"],
  },
  {
    rule: "2: the epoch never goes backwards",
    fault: "acts on a role object that is behind what it has acted on",
    rules: forgetful((after, _, { role }) =>
      role.kind === "present" ? { ...after, spec: role.spec, highestEpoch: role.spec.epoch, roleProblem: null } : after,
    ),
    where: ["API servers"],
  },
  {
    rule: "2: a missing object means hold",
    fault: "goes on with the role of an object that is gone",
    rules: blind((state, o) => ({
      state: { ...state, roleProblem: null },
      o:
        o.role.kind === "missing" && state.spec !== null
          ? { ...o, role: { kind: "present", spec: state.spec, reported: null } }
          : o,
    })),
    where: ["API servers"],
  },
  {
    rule: "2: without the API server only an uninterrupted server goes on",
    fault: "a restarted server serves by the role that was remembered",
    rules: blind((state, o) => ({
      state: { ...state, roleProblem: null },
      o:
        o.role.kind === "unknown" && state.spec !== null
          ? { ...o, role: { kind: "present", spec: state.spec, reported: null } }
          : o,
    })),
    where: ["API servers"],
  },
  {
    rule: "2: an allowance is for one run and one data version",
    fault: "serve --accept-loss and peer-lost excuse every later start",
    rules: blind((_, o) => ({
      o: withSpec(o, (spec) => {
        const { server } = o;
        const beat = server.kind === "answering" ? (server.heartbeat ?? null) : null;
        const dataVersion = beat === null ? null : { epoch: beat.epoch, sequence: beat.sequence };
        const now = { runId: runOf(o), dataVersion };
        return {
          ...spec,
          ...(spec.acceptLoss === undefined ? {} : { acceptLoss: now }),
          ...(spec.peerLost === undefined ? {} : { peerLost: now }),
        };
      }),
    })),
    where: ["after peer-lost", "overrides"],
  },
  {
    rule: "2: a lost state means hold",
    fault: "a guard whose volume was lost acts as on its first day",
    rules: forgetful((after, before, { role }) =>
      role.kind === "present" && before.highestEpoch === 0
        ? { ...after, lostAtEpoch: null, promotion: null, refusal: null }
        : after,
    ),
    where: ["volumes after a failover", "volumes after a switchover", "volumes ("],
  },
  {
    rule: "2: a restarted guard knows which server it opened",
    fault: "takes any later process for the one that served",
    rules: blind((state, o) => ({
      state: {
        ...state,
        lastServed: state.lastServed === null ? null : { ...state.lastServed, runId: runOf(o) },
      },
    })),
    where: ["crashes and the link"],
  },
  {
    rule: "3: towards data at least as new only",
    fault: "a copy follows a source that is older",
    rules: blind((_, o) => ({
      o: withSpec(o, (spec) =>
        spec.role === "replica" ? { ...spec, discard: [{ site: o.site, epoch: 1_000, sequence: 0 }] } : spec,
      ),
    })),
    where: ["overrides", "volumes ("],
  },
  {
    rule: "3: no dumps until in sync",
    fault: "dumps stay on while a full sync fills the server",
    rules: without((a) => a.kind === "setDumps" && a.dumps === "off"),
    where: ["in the middle of a full sync"],
  },
  {
    rule: "3: Redis attaches only when it is told",
    fault: "the source's password is never withheld",
    rules: without((a) => a.kind === "setCredentials" && a.credentials === "withheld"),
    where: ["after peer-lost", "API servers and objects (redis"],
  },
  {
    rule: "4: a handover needs proof",
    fault: "every copy counts as proven",
    rules: { ...REAL_RULES, prove: () => null },
    where: ["stalls (redis", "within a command's steps (redis"],
  },
  {
    rule: "4: the same stream",
    fault: "the proof does not look at the replication id",
    rules: {
      ...REAL_RULES,
      prove: (epoch, promised, answer, own) =>
        REAL_RULES.prove(epoch, promised, answer, own === null ? null : { ...promised, offset: own.offset }),
    },
    where: ["stalls (redis", "within a command's steps (redis"],
  },
  {
    rule: "4: at least as far",
    fault: "the proof does not look at the offset",
    rules: {
      ...REAL_RULES,
      prove: (epoch, promised, answer, own) =>
        REAL_RULES.prove(epoch, promised, answer, own === null ? null : { ...own, offset: Infinity }),
    },
    where: ["stalls (redis", "within a command's steps (redis"],
  },
  {
    rule: "4: the old primary closes",
    fault: "a Redis primary stays open when it says where it ends",
    rules: disobedient((decision) => ({
      ...decision,
      actions: decision.actions.map((a) =>
        a.kind === "setAccess" && a.access === "handover" ? { ...a, access: "open" } : a,
      ),
    })),
    where: ["crashes, dumps", "frozen"],
  },
  {
    rule: "4: a handover is not taken back while the other side is inside it",
    fault: "the old primary goes on at once",
    rules: disobedient((decision, _, { role, engine }) => {
      const handover = role.kind === "present" ? role.spec.handover : undefined;
      return decision.phase === "Prepared" && handover !== undefined && engine === "redis"
        ? { ...decision, actions: [...decision.actions, { kind: "withdrawHandover", epoch: handover.epoch }] }
        : decision;
    }),
    where: ["stalls (redis", "within a command's steps (redis"],
  },
  {
    rule: "4: refused during a full sync",
    fault: "a part of a copy is promoted",
    rules: {
      ...blind((state, o) => ({
        state: { ...state, partial: null },
        o: withServer(o, ({ heartbeat }) => ({ syncInProgress: false, heartbeat: heartbeat ?? null })),
      })),
    },
    where: ["in the middle of a full sync (dragonfly"],
  },
  {
    rule: "4: an empty copy is not promoted",
    fault: "every forced promotion accepts whatever is there",
    rules: blind((_, o) => ({ o: withSpec(o, (spec) => ({ ...spec, acceptPartial: true })) })),
    where: ["in the middle of a full sync", "volumes ("],
  },
  {
    rule: "4: never over newer data that can be asked",
    fault: "a forced promotion does not look at its peers",
    rules: blind((state, o) => ({
      state: o.role.kind === "present" && o.role.spec.mode === "forced" ? { ...state, peers: {} } : state,
    })),
    where: ["crashes, dumps", "volumes after a failover"],
  },
  {
    rule: "4: decided once",
    fault: "a forced promotion is carried out again after each start",
    rules: blind((state, o) => ({
      state: { ...state, promotion: null, lostAtEpoch: null },
      o: withServer(o, () => ({})),
    })),
    where: ["volumes after a failover", "crashes, dumps", "overrides"],
  },
  {
    rule: "4: a refusal is durable",
    fault: "a refused handover is tried again",
    rules: blind((state) => ({ state: { ...state, refusal: null, takeoverBegun: null } })),
    where: ["frozen", "within a command", "within a guard"],
  },
  {
    rule: "4: an unknown outcome is no refusal",
    fault: "a takeover that nobody answered counts as refused",
    rules: disobedient((decision) => ({
      ...decision,
      actions: decision.actions.map((a) => (a.kind === "refuse" ? { ...a, outcome: "refused" } : a)),
    })),
    where: ["frozen servers and a stream that stalls (dragonfly", "within a command's steps (dragonfly"],
  },
  {
    rule: "4: the old server ends before anybody is primary again",
    fault: "a server that may carry a takeover out when it wakes is kept",
    rules: without((a) => a.kind === "endServer"),
    where: ["frozen servers and a stream that stalls (dragonfly", "within a command's steps (dragonfly"],
  },
  {
    rule: "5: a dump of what diverged",
    fault: "what the new primary never got is not dumped",
    rules: blind((state, o) => {
      const { server } = o;
      const beat = server.kind === "answering" ? (server.heartbeat ?? null) : null;
      if (beat === null) return {};
      const of = { run: beat.runId, epoch: beat.epoch, sequence: beat.sequence };
      return { state: { ...state, divergence: { epoch: beat.epoch, writesUpperBound: null, dump: "none", of } } };
    }),
    where: ["crashes, dumps", "overrides"],
  },
  {
    rule: "5: holds while it cannot dump",
    fault: "a dump that failed counts as kept",
    rules: forgetful((after, _, { divergenceDump: dump }) =>
      dump.kind === "ended" && dump.file === null
        ? { ...after, divergence: { epoch: dump.epoch, writesUpperBound: null, dump: "none", of: dump.of } }
        : after,
    ),
    where: ["volumes ("],
  },
  {
    rule: "6: heartbeats tell how new the data is",
    fault: "no heartbeat is written while the site serves",
    rules: disobedient((decision) => ({ ...decision, heartbeat: false })),
    where: ["crashes, dumps", "crashes and the link"],
  },
  {
    rule: "7: a crash heals itself",
    fault: "a primary that came back older waits for a person, and says nothing",
    rules: disobedient((decision) =>
      decision.phase === "Recovering" || decision.phase === "Holding"
        ? { ...decision, phase: "Holding", reason: "waits", actions: [] }
        : decision,
    ),
    where: ["crashes and the link"],
  },
];
