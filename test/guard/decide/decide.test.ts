import assert from "node:assert/strict";
import { epoch, milliseconds, siteName } from "../../../server/types";

import type { Action } from "../../../guard/decide/action";
import {
  RUN_OF_B,
  SOMETHING_MISSING,
  held,
  A,
  B,
  RUN,
  beat,
  allowance,
  decided,
  known,
  peer,
  present,
  reached,
  replicaServer,
  scene,
  server,
  servingPeer,
  type Scene,
} from "../scene";

const fresh = known({ lastServed: null, promotion: null, access: null });
const restarted = (change: Partial<Scene> = {}): Scene =>
  scene({
    state: known({ lastServed: { runId: "an-earlier-run", epoch: epoch(3) }, peersReached: reached }),
    access: "closed",
    ...change,
  });

interface Case {
  readonly name: string;
  readonly see: Scene;
  readonly phase: string;
  readonly serving?: boolean;
  readonly heartbeat?: boolean;
  /** Kinds in order; with the door or outcome where it matters. */
  readonly actions: readonly string[];
  readonly reason?: RegExp;
}

const say = (action: Action): string => {
  if (action.kind === "setAccess") return `access ${action.access}`;
  if (action.kind === "setDumps") return `dumps ${action.dumps}`;
  if (action.kind === "setCredentials") return `credentials ${action.credentials}`;
  if (action.kind === "refuse") return `refuse ${action.outcome}`;
  if (action.kind === "endServer") return `end ${action.how}`;
  return action.kind;
};

const cases: readonly Case[] = [
  // Serving as primary: rules 1 and 2.
  {
    name: "a healthy primary changes nothing",
    see: scene(),
    phase: "Serving",
    serving: true,
    heartbeat: true,
    actions: [],
  },
  {
    name: "a new primary writes its first heartbeat before it opens",
    see: scene({ state: fresh, access: "closed" }),
    phase: "Promoting",
    serving: true,
    actions: ["startServing", "access open"],
  },
  {
    name: "a dump switched off for a sync is on again at a primary",
    see: scene({ dumps: false }),
    phase: "Serving",
    serving: true,
    actions: ["dumps on"],
  },
  {
    name: "before init a site with peers holds",
    see: scene({
      role: { kind: "missing" },
      state: known({ highestEpoch: 0, spec: null, lastServed: null }),
      access: "unknown",
    }),
    phase: "Holding",
    actions: ["access closed"],
    reason: /init --primary/,
  },
  {
    name: "a primary whose object is not understood closes, and names what it does not know",
    see: scene({ role: { kind: "not-understood", problem: 'the role object: spec.mode: is "teleport"' } }),
    phase: "Refused",
    actions: ["access closed"],
    reason: /spec\.mode: is "teleport"; run the guard of the version that wrote it/,
  },
  {
    name: "a site without peers makes itself primary",
    see: scene({
      role: { kind: "missing" },
      state: known({ highestEpoch: 0, spec: null, lastServed: null }),
      peersConfigured: [],
      peers: [],
      access: "closed",
    }),
    phase: "Starting",
    actions: ["createRole"],
  },
  {
    name: "a deleted role object closes, though it served",
    see: scene({ role: { kind: "missing" } }),
    phase: "Holding",
    actions: ["access closed"],
    reason: /missing though epoch 3/,
  },
  {
    name: "a role object restored from a backup closes",
    see: scene({ role: present({ epoch: epoch(2) }) }),
    phase: "Holding",
    actions: ["access closed"],
    reason: /is behind what this site has acted on \(epoch 2, 3 was seen\)/,
  },
  {
    name: "another site's object is not obeyed",
    see: scene({ role: present({ site: B }) }),
    phase: "Holding",
    actions: ["access closed"],
    reason: /for site b/,
  },
  {
    name: "a loading server stays closed",
    see: restarted({ server: server({ loading: true }) }),
    phase: "Starting",
    actions: [],
  },
  {
    name: "after a start of the server no peer reached: hold",
    see: restarted({
      state: known({ lastServed: null, peersReached: { runId: "an-earlier-run", sites: [B] } }),
      peers: [peer({ reachable: false })],
    }),
    phase: "Holding",
    actions: [],
    reason: /peer-lost --site a/,
  },
  {
    name: "… unless the operator says the peer is lost",
    see: restarted({
      role: present({ peerLost: allowance({ epoch: 3, sequence: 100 }) }),
      state: known({ lastServed: null, peersReached: null }),
      peers: [peer({ reachable: false })],
    }),
    phase: "Promoting",
    serving: true,
    actions: ["startServing", "access open"],
  },
  {
    name: "… or configuration prefers to serve",
    see: restarted({
      onPeerUnreachable: "serve",
      state: known({ lastServed: null, peersReached: null }),
      peers: [peer({ reachable: false })],
    }),
    phase: "Promoting",
    serving: true,
    actions: ["startServing", "access open"],
  },
  {
    name: "a restarted primary with data as new as its peer's serves",
    see: restarted(),
    phase: "Promoting",
    serving: true,
    actions: ["startServing", "access open"],
  },
  {
    name: "a restarted primary older than its peer holds",
    see: restarted({ onCrash: "hold", peers: [peer({ dataVersion: { epoch: 3, sequence: 101 } })] }),
    phase: "Holding",
    actions: [],
    reason: /failover --to b/,
  },
  {
    name: "an empty restarted primary beside a live replica holds",
    see: restarted({ onCrash: "hold", server: server({ heartbeat: null }) }),
    phase: "Holding",
    actions: [],
  },
  {
    name: "… unless the operator accepts the loss",
    see: restarted({ server: server({ heartbeat: null }), role: present({ acceptLoss: allowance(null) }) }),
    phase: "Promoting",
    serving: true,
    actions: ["startServing", "access open"],
  },
  {
    name: "… and only for the data that the word was given for",
    see: restarted({
      onCrash: "hold",
      server: server({ heartbeat: beat(3, 5) }),
      role: present({ acceptLoss: allowance({ epoch: 3, sequence: 4 }) }),
    }),
    phase: "Holding",
    actions: [],
    reason: /newer data/,
  },
  {
    name: "… and only for the run of the server that it was given for",
    see: restarted({
      onCrash: "hold",
      server: server({ heartbeat: beat(3, 5) }),
      role: present({ acceptLoss: { runId: "an-earlier-run", dataVersion: { epoch: 3, sequence: 5 } } }),
    }),
    phase: "Holding",
    actions: [],
    reason: /newer data/,
  },
  {
    name: "one older in epoch is older whatever its sequence",
    see: restarted({
      onCrash: "hold",
      server: server({ heartbeat: beat(2, 9999) }),
      peers: [peer({ dataVersion: { epoch: 3, sequence: 1 } })],
    }),
    phase: "Holding",
    actions: [],
  },

  // Without the API server.
  {
    name: "without the API server an uninterrupted primary goes on",
    see: scene({ role: { kind: "unknown" } }),
    phase: "Serving",
    serving: true,
    heartbeat: true,
    actions: [],
  },
  {
    name: "… a restarted server does not",
    see: scene({ role: { kind: "unknown" }, server: server({ runId: "new-run" }), access: "closed" }),
    phase: "Holding",
    actions: [],
    reason: /API server/,
  },
  {
    name: "… and a higher peer closes it all the same",
    see: scene({ role: { kind: "unknown" }, state: known({ highestClaim: { epoch: 4, site: B, role: "primary" } }) }),
    phase: "Fenced",
    actions: ["access closed"],
  },

  // Rule 5: fencing.
  {
    name: "a higher epoch closes",
    see: scene({ state: known({ highestClaim: { epoch: 4, site: B, role: "primary" } }) }),
    phase: "Fenced",
    actions: ["access closed"],
  },
  {
    name: "… and goes on holding while that peer is out of reach",
    see: scene({
      access: "closed",
      peers: [peer({ reachable: false })],
      state: known({ highestClaim: { epoch: 4, site: B, role: "primary" } }),
    }),
    phase: "Fenced",
    actions: [],
  },
  {
    name: "a replica's object at a higher epoch closes too: somebody has decided",
    see: scene({ state: known({ highestClaim: { epoch: 4, site: B, role: "replica" } }) }),
    phase: "Fenced",
    actions: ["access closed"],
  },
  {
    name: "two primaries at one epoch: the higher name goes on",
    see: scene({ state: known({ highestClaim: { epoch: 3, site: B, role: "primary" } }) }),
    phase: "Fenced",
    actions: ["access closed"],
  },
  {
    name: "its own replica at the same epoch does not outrank it, whatever the name",
    see: scene({ state: known({ highestClaim: { epoch: 3, site: B, role: "replica" } }) }),
    phase: "Serving",
    serving: true,
    heartbeat: true,
    actions: [],
  },
  {
    name: "a frozen server that must be closed is ended",
    see: scene({
      state: known({ lastServed: null, highestClaim: { epoch: 4, site: B, role: "primary" } }),
      server: { kind: "silent", runId: RUN, forMs: milliseconds(600) },
    }),
    phase: "Fenced",
    actions: ["end kill"],
  },
  {
    name: "… not at its first late answer",
    see: scene({
      state: known({ highestClaim: { epoch: 4, site: B, role: "primary" } }),
      server: { kind: "silent", runId: RUN, forMs: milliseconds(400) },
    }),
    phase: "Fenced",
    actions: [],
  },
  {
    name: "a frozen server that may serve is left alone",
    see: scene({ server: { kind: "silent", runId: RUN, forMs: milliseconds(60_000) } }),
    phase: "Starting",
    actions: [],
    heartbeat: true,
  },
  {
    name: "a former primary keeps what a forced promotion never got",
    see: scene({
      access: "closed",
      state: known({ highestClaim: { epoch: 4, site: B, role: "primary" } }),
      peers: [
        servingPeer({
          specEpoch: 4,
          data: held(4, 1, { run: RUN_OF_B, standing: "whole", history: SOMETHING_MISSING }),
          promotion: { epoch: 4, mode: "forced", commandsSeen: 1400, runIdSeen: RUN },
        }),
      ],
    }),
    phase: "Fenced",
    actions: ["saveDivergence"],
  },
  {
    name: "… nothing after a handover",
    see: scene({
      access: "closed",
      state: known({ highestClaim: { epoch: 4, site: B, role: "primary" } }),
      peers: [
        servingPeer({ specEpoch: 4, promotion: { epoch: 4, mode: "handover", commandsSeen: 1400, runIdSeen: RUN } }),
      ],
    }),
    phase: "Fenced",
    actions: [],
  },
  {
    name: "a pod that is going closes first",
    see: scene({ terminating: true }),
    phase: "Stopping",
    actions: ["access handover", "seal"],
  },

  // Handing over.
  {
    name: "Redis: the old primary closes, then says where it ended",
    see: scene({ role: present({ handover: { to: B, epoch: epoch(4) } }) }),
    phase: "Prepared",
    actions: ["access handover", "recordHandover"],
  },
  {
    name: "… and waits",
    see: scene({
      role: present({ handover: { to: B, epoch: epoch(4) } }),
      access: "handover",
      state: known({ handover: { epoch: 4, runId: RUN, position: { replicationId: "r1", offset: 5000 } } }),
    }),
    phase: "Prepared",
    actions: [],
  },
  {
    name: "… and goes on when it is given up",
    see: scene({ access: "handover" }),
    phase: "Serving",
    serving: true,
    heartbeat: true,
    actions: ["access open"],
  },
  {
    name: "… also when the other side's claim is known: it still needs the rest of the stream",
    see: scene({
      role: present({ handover: { to: B, epoch: epoch(4) } }),
      access: "handover",
      state: known({
        highestClaim: { epoch: 4, site: B, role: "primary" },
        handover: { epoch: 4, runId: RUN, position: { replicationId: "r1", offset: 5000 } },
      }),
      peers: [peer({ specRole: "primary", specEpoch: 4 })],
    }),
    phase: "Prepared",
    actions: [],
  },
  {
    name: "… and is fenced once the other side serves",
    see: scene({
      role: present({ handover: { to: B, epoch: epoch(4) } }),
      access: "handover",
      state: known({ highestClaim: { epoch: 4, site: B, role: "primary" } }),
      peers: [servingPeer({ specEpoch: 4 })],
    }),
    phase: "Fenced",
    actions: ["access closed"],
  },
  {
    name: "… or when another epoch than the prepared one is claimed",
    see: scene({
      role: present({ handover: { to: B, epoch: epoch(4) } }),
      access: "handover",
      state: known({ highestClaim: { epoch: 5, site: B, role: "primary" } }),
      peers: [peer({ specRole: "primary", specEpoch: 5 })],
    }),
    phase: "Fenced",
    actions: ["access closed"],
  },
  {
    name: "Dragonfly: the old primary serves until the takeover",
    see: scene({ engine: "dragonfly", role: present({ handover: { to: B, epoch: epoch(4) } }) }),
    phase: "Preparing",
    serving: true,
    heartbeat: true,
    actions: ["recordHandover"],
  },
  {
    name: "… and once its server has exited it waits to be the replica",
    see: restarted({ engine: "dragonfly", role: present({ handover: { to: B, epoch: epoch(4) } }) }),
    phase: "Prepared",
    actions: [],
  },
  {
    name: "resumed at a higher epoch it serves again",
    see: scene({
      role: present({ epoch: epoch(5), mode: "resume" }),
      state: known({ highestEpoch: 5, highestClaim: { epoch: 4, site: B, role: "primary" } }),
      access: "handover",
    }),
    phase: "Promoting",
    serving: true,
    actions: ["startServing", "access open"],
  },
  {
    name: "… after its process was ended, where the takeover's outcome is unknown",
    see: scene({
      role: present({ epoch: epoch(5), mode: "resume", endServer: true }),
      state: known({ highestEpoch: 5 }),
    }),
    phase: "Promoting",
    actions: ["access closed", "end terminate"],
  },

  // Taking over.
  {
    name: "Redis: a replica in sync with a proof takes over",
    see: scene({
      role: present({ epoch: epoch(4), mode: "handover", source: B, proof: { replicationId: "r1", offset: 1 } }),
      state: known({ highestEpoch: 4 }),
      server: replicaServer(),
      access: "read-only",
    }),
    phase: "Promoting",
    actions: ["takeOver"],
  },
  {
    name: "… without a proof it refuses",
    see: scene({
      role: present({ epoch: epoch(4), mode: "handover", source: B }),
      server: replicaServer(),
      access: "read-only",
    }),
    phase: "Promoting",
    actions: ["refuse refused"],
  },
  {
    name: "Dragonfly needs none: REPLTAKEOVER is the proof",
    see: scene({
      engine: "dragonfly",
      role: present({ epoch: epoch(4), mode: "handover", source: B }),
      server: replicaServer(),
      access: "read-only",
    }),
    phase: "Promoting",
    actions: ["takeOver"],
  },
  {
    name: "during a full sync it refuses",
    see: scene({
      role: present({ epoch: epoch(4), mode: "handover", source: B }),
      server: replicaServer({ syncInProgress: true }),
      access: "closed",
    }),
    phase: "Promoting",
    actions: ["refuse refused"],
  },
  {
    name: "following another site it refuses",
    see: scene({
      role: present({ epoch: epoch(4), mode: "handover", source: B }),
      server: replicaServer({ source: siteName("c") }),
      access: "read-only",
    }),
    phase: "Promoting",
    actions: ["refuse refused"],
  },
  {
    name: "a takeover under way is waited for",
    see: scene({
      role: present({ epoch: epoch(4), mode: "handover", source: B }),
      server: replicaServer(),
      access: "read-only",
      takeover: { kind: "running", epoch: epoch(4) },
    }),
    phase: "Promoting",
    actions: [],
  },
  {
    name: "a takeover that timed out is refused as unknown",
    see: scene({
      role: present({ epoch: epoch(4), mode: "handover", source: B }),
      server: replicaServer(),
      access: "read-only",
      takeover: { kind: "failed", epoch: epoch(4), outcome: "unknown", reason: "no answer" },
    }),
    phase: "Promoting",
    actions: ["refuse unknown"],
  },
  {
    name: "… and stays refused",
    see: scene({
      role: present({ epoch: epoch(4), mode: "handover", source: B }),
      state: known({ highestEpoch: 4, refusal: { epoch: 4, reason: "no answer", outcome: "unknown", unheard: false } }),
      server: replicaServer(),
      access: "read-only",
    }),
    phase: "Refused",
    actions: [],
    reason: /no answer/,
  },
  {
    name: "a guard restarted during the takeover does not know",
    see: scene({
      engine: "dragonfly",
      role: present({ epoch: epoch(4), mode: "handover", source: B }),
      state: known({ takeoverBegun: { runId: RUN, epoch: epoch(4) } }),
      server: replicaServer(),
      access: "read-only",
    }),
    phase: "Promoting",
    actions: ["refuse unknown"],
  },
  {
    name: "… but a master then is the takeover's doing",
    see: scene({
      engine: "dragonfly",
      role: present({ epoch: epoch(4), mode: "handover", source: B }),
      state: known({ lastServed: null, takeoverBegun: { runId: RUN, epoch: epoch(4) } }),
      access: "read-only",
    }),
    phase: "Promoting",
    serving: true,
    actions: ["startServing", "access open"],
  },
  {
    name: "a server restarted before the takeover has no proof",
    see: scene({
      role: present({ epoch: epoch(4), mode: "handover", source: B }),
      state: known({ lastServed: null }),
      access: "closed",
    }),
    phase: "Promoting",
    actions: ["refuse refused"],
  },
  {
    name: "forced: what the copy holds is promoted",
    see: scene({
      role: present({ epoch: epoch(4), mode: "forced" }),
      server: replicaServer({ linkUp: false }),
      access: "read-only",
      peers: [peer({ reachable: false })],
    }),
    phase: "Promoting",
    actions: ["promote"],
  },
  {
    name: "… not a partial one",
    see: scene({
      role: present({ epoch: epoch(4), mode: "forced" }),
      server: replicaServer({ syncInProgress: true }),
      access: "closed",
    }),
    phase: "Promoting",
    actions: ["refuse refused"],
  },
  {
    name: "… unless it is accepted",
    see: scene({
      role: present({ epoch: epoch(4), mode: "forced", acceptPartial: true }),
      server: replicaServer({ syncInProgress: true }),
      access: "closed",
    }),
    phase: "Promoting",
    actions: ["promote"],
  },
  {
    name: "… not an empty one",
    see: scene({
      role: present({ epoch: epoch(4), mode: "forced" }),
      server: replicaServer({ heartbeat: null }),
      access: "closed",
    }),
    phase: "Promoting",
    actions: ["refuse refused"],
  },
  {
    name: "forced on a copy that waits with its dump loaded: serves without the peer's word, once",
    see: scene({
      role: present({ epoch: epoch(4), mode: "forced" }),
      state: known({ lastServed: null, peersReached: null }),
      access: "read-only",
      peers: [peer({ reachable: false })],
    }),
    phase: "Promoting",
    serving: true,
    actions: ["startServing", "access open"],
  },
  {
    name: "… a later start of its server is judged like any other",
    see: scene({
      role: present({ epoch: epoch(4), mode: "forced" }),
      state: known({
        lastServed: null,
        peersReached: null,
        promotion: {
          epoch: epoch(4),
          mode: "forced",
          runId: "an-earlier-run",
          dataVersion: null,
          commandsSeen: null,
          runIdSeen: null,
          lagSeconds: 1,
          partial: false,
        },
      }),
      access: "closed",
      peers: [peer({ reachable: false })],
    }),
    phase: "Holding",
    actions: [],
  },

  // Replica: rule 3.
  {
    name: "a former primary closes before it follows",
    see: scene({ role: present({ role: "replica", epoch: epoch(4), source: B }) }),
    phase: "Demoting",
    actions: ["access closed"],
  },
  {
    name: "closed, it attaches to a source with newer data",
    see: scene({
      role: present({ role: "replica", epoch: epoch(4), source: B }),
      access: "closed",
      peers: [servingPeer({ specEpoch: 4, dataVersion: { epoch: 4, sequence: 1 } })],
    }),
    phase: "Syncing",
    actions: ["dumps off", "follow"],
  },
  {
    name: "… after a forced promotion it first keeps its own",
    see: scene({
      role: present({ role: "replica", epoch: epoch(4), source: B }),
      access: "closed",
      peers: [
        servingPeer({
          specEpoch: 4,
          data: held(4, 1, { run: RUN_OF_B, standing: "whole", history: SOMETHING_MISSING }),
          promotion: { epoch: 4, mode: "forced", commandsSeen: 1, runIdSeen: RUN },
        }),
      ],
    }),
    phase: "Demoting",
    actions: ["credentials withheld", "saveDivergence"],
  },
  {
    name: "… and waits for that dump",
    see: scene({
      divergenceDump: { kind: "running" },
      role: present({ role: "replica", epoch: epoch(4), source: B }),
      access: "closed",
      peers: [
        servingPeer({
          specEpoch: 4,
          data: held(4, 1, { run: RUN_OF_B, standing: "whole", history: SOMETHING_MISSING }),
          promotion: { epoch: 4, mode: "forced", commandsSeen: 1, runIdSeen: RUN },
        }),
      ],
    }),
    phase: "Demoting",
    actions: ["credentials withheld"],
  },
  {
    name: "an empty source is held off, and Redis' own retries with it",
    see: scene({
      role: present({ role: "replica", source: B }),
      access: "read-only",
      server: replicaServer({ linkUp: false }),
      state: known({ lastServed: null }),
      peers: [servingPeer({ dataVersion: { epoch: 3, sequence: 5 } })],
    }),
    phase: "Following",
    actions: ["credentials withheld"],
    reason: /older data/,
  },
  {
    name: "a source out of reach: the copy is kept and readable",
    see: scene({
      role: present({ role: "replica", source: B }),
      access: "closed",
      server: server(),
      state: known({ lastServed: null }),
      peers: [peer({ reachable: false })],
    }),
    phase: "Holding",
    actions: ["credentials withheld", "access read-only"],
  },
  {
    name: "in sync: readable, dumps on",
    see: scene({
      role: present({ role: "replica", source: B }),
      access: "closed",
      dumps: false,
      server: replicaServer(),
      state: known({ lastServed: null }),
      peers: [servingPeer()],
    }),
    phase: "Following",
    actions: ["dumps on", "access read-only"],
    reason: /^in sync$/,
  },
  {
    name: "link up but no heartbeats: not in sync",
    see: scene({
      role: present({ role: "replica", source: B }),
      access: "read-only",
      server: replicaServer({ heartbeatUnchangedMs: milliseconds(9_000) }),
      state: known({ lastServed: null }),
      peers: [servingPeer()],
    }),
    phase: "Following",
    actions: [],
    reason: /no heartbeat for 9 s/,
  },
  {
    name: "a full sync: closed, dumps off",
    see: scene({
      role: present({ role: "replica", source: B }),
      access: "read-only",
      server: replicaServer({ syncInProgress: true, linkUp: false, heartbeat: undefined }),
      state: known({ lastServed: null }),
      peers: [servingPeer()],
    }),
    phase: "Syncing",
    actions: ["dumps off", "access closed"],
  },
  {
    name: "a short flap is left to the server's own partial sync",
    see: scene({
      engine: "dragonfly",
      credentials: true,
      role: present({ role: "replica", source: B }),
      access: "read-only",
      server: replicaServer({ linkUp: false, linkDownMs: milliseconds(1_000) }),
      state: known({ lastServed: null }),
      peers: [servingPeer()],
    }),
    phase: "Syncing",
    actions: [],
  },
  {
    name: "… a longer one is told to follow anew",
    see: scene({
      engine: "dragonfly",
      credentials: true,
      role: present({ role: "replica", source: B }),
      access: "read-only",
      server: replicaServer({ linkUp: false, linkDownMs: milliseconds(9_000) }),
      state: known({ lastServed: null }),
      peers: [servingPeer()],
    }),
    phase: "Syncing",
    actions: ["dumps off", "follow"],
  },
  {
    name: "… once the source has been there for a while",
    see: scene({
      engine: "dragonfly",
      credentials: true,
      role: present({ role: "replica", source: B }),
      access: "read-only",
      server: replicaServer({ linkUp: false, linkDownMs: milliseconds(90_000) }),
      state: known({ lastServed: null }),
      peers: [servingPeer({ servingForMs: milliseconds(500) })],
    }),
    phase: "Syncing",
    actions: [],
  },
];

describe("judge", () => {
  for (const { name, see, phase, serving = false, heartbeat, actions, reason } of cases) {
    it(name, () => {
      const decision = decided(see);
      assert.equal(decision.phase, phase, decision.reason);
      assert.deepEqual(decision.actions.map(say), actions, decision.reason);
      assert.equal(decision.serving, serving);
      if (heartbeat !== undefined) assert.equal(decision.heartbeat, heartbeat);
      if (reason !== undefined) assert.match(decision.reason, reason);
    });
  }

  it("bounds the loss by the commands counted after the newest heartbeat that the new primary had", () => {
    const see = scene({
      site: A,
      access: "closed",
      state: known({ highestClaim: { epoch: 4, site: B, role: "primary" } }),
      server: server({ commands: 1500 }),
      peers: [
        servingPeer({
          specEpoch: 4,
          data: held(4, 1, { run: RUN_OF_B, standing: "whole", history: SOMETHING_MISSING }),
          promotion: { epoch: 4, mode: "forced", commandsSeen: 1400, runIdSeen: RUN },
        }),
      ],
    });
    const [action] = decided(see).actions;
    assert.deepEqual(action, {
      kind: "saveDivergence",
      epoch: 4,
      writesUpperBound: 100,
      of: { run: RUN, epoch: 3, sequence: 100 },
    });
    const [other] = decided({
      ...see,
      peers: [
        servingPeer({
          specEpoch: 4,
          data: held(4, 1, { run: RUN_OF_B, standing: "whole", history: SOMETHING_MISSING }),
          promotion: { epoch: 4, mode: "forced", commandsSeen: 1400, runIdSeen: "another-run" },
        }),
      ],
    }).actions;
    assert.deepEqual(other, {
      kind: "saveDivergence",
      epoch: 4,
      writesUpperBound: null,
      of: { run: RUN, epoch: 3, sequence: 100 },
    });
  });

  it("stamps a loss that was accepted above the peer's newer data, so that the peer follows", () => {
    const see = restarted({
      server: server({ heartbeat: beat(3, 5) }),
      role: present({ acceptLoss: allowance({ epoch: 3, sequence: 5 }) }),
      peers: [peer({ dataVersion: { epoch: 3, sequence: 700 } })],
    });
    const [action] = decided(see).actions;
    assert.ok(action?.kind === "startServing");
    assert.deepEqual(action.atLeast, { epoch: 3, sequence: 701 });
  });
});
