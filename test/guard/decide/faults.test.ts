import assert from "node:assert/strict";
import { contains } from "../../../contract/dataState";
import { afterAction, beforeAction } from "../../../guard/remember/actions";
import { INITIAL_STATE } from "../../../guard/remember/guardState";
import { remember } from "../../../guard/remember/remember";
import { epoch, milliseconds } from "../../../server/types";
import {
  allowance,
  B,
  beat,
  decided,
  held,
  known,
  NOTHING_MISSING,
  peer,
  present,
  remembered,
  replicaServer,
  RUN,
  RUN_OF_B,
  scene,
  server,
  servingPeer,
  SOMETHING_MISSING,
  type Scene,
} from "../scene";

const kinds = (seen: Scene, ...rest: [Parameters<typeof decided>[1]?]): string[] =>
  decided(seen, ...rest).actions.map((action) => (action.kind === "setAccess" ? action.access : action.kind));
const FAILING = { kind: "failing", reason: "EROFS" } as const;
const OLD = "a-run-before";

/** The primary's server came back from its dump with (3, 50). */
const back = (change: Partial<Scene> = {}): Scene =>
  scene({
    access: "closed",
    server: server({ heartbeat: beat(3, 50, { runId: OLD }) }),
    state: known({ lastServed: { runId: OLD, epoch: epoch(3) } }),
    peers: [peer({ data: held(3, 99, { run: OLD }) })],
    ...change,
  });

describe("what was seen lasts (rules 1 and 2)", () => {
  it("newer data of a peer holds after it went away, and after a restart of the guard", () => {
    const away = [peer({ reachable: false, data: null })];
    const state = remembered(back());
    const later = scene({ ...back(), state, peers: away });
    assert.match(decided(later).reason, /site b had, when it was last heard, newer data \(3\/99\)/);
    assert.equal(decided(later).serving, false);
  });
  it("only the peer's own later word ends it", () => {
    const state = remembered(back());
    const silent = remembered(scene({ ...back(), state, peers: [peer({ data: null })] }));
    assert.equal(silent.peers[B]?.data?.sequence, 99, "one that cannot say says nothing");
    const emptied = scene({ ...back(), state, peers: [peer({ data: null, empty: true })] });
    assert.equal(decided(emptied).serving, true);
  });
  it("a word of the operator is for one run of the server", () => {
    const acceptLoss = allowance({ epoch: 3, sequence: 50 });
    assert.equal(decided(back({ role: present({ acceptLoss }) })).serving, true);
    const other = present({ acceptLoss: { ...acceptLoss, runId: OLD } });
    assert.equal(decided(back({ role: other })).serving, false);
  });
  it("a dump with the copy's heartbeat is older than the copy that went on", () => {
    const same = [peer({ data: held(3, 50, { run: OLD }) })];
    assert.equal(decided(back({ peers: same })).phase, "Recovering");
    const sealed = server({ heartbeat: beat(3, 50, { runId: OLD, sealed: true }) });
    assert.equal(decided(back({ peers: same, server: sealed })).serving, true, "nothing came after a sealed one");
  });
  it("a role object that is deleted or restored holds, without the API server too", () => {
    for (const role of [{ kind: "missing" } as const, present({ epoch: epoch(2) }), present({ role: "replica" })]) {
      const seen = scene({ role });
      const state = remember({ ...known() }, seen);
      const restarted = scene({ role: { kind: "unknown" }, state });
      assert.equal(decided(restarted).phase, "Holding", JSON.stringify(role));
    }
  });
  it("a state that was lost with the volume is missed, and each peer has to be heard", () => {
    const reported = { epoch: 3, promotion: null, refusal: null, highestClaim: null };
    const role = { ...present(), reported } as Scene["role"];
    const away = { site: B, reachable: false } as const;
    const lost = back({ role, state: INITIAL_STATE, peers: [peer(away)], onPeerUnreachable: "serve" });
    assert.match(decided(lost).reason, /state was lost/);
    assert.equal(remembered(lost).lostAtEpoch, 3);
  });
  it("a peer whose server loads or is frozen has been reached, and has said nothing of its data", () => {
    const reached = (change: Parameters<typeof peer>[0], before: Scene["state"] = INITIAL_STATE): readonly string[] =>
      remembered(back({ state: before, peers: [peer(change)] })).peersReached?.sites ?? [];
    assert.deepEqual(reached({ data: null, empty: false }), []);
    assert.deepEqual(reached({ data: null, empty: true }), [B]);
    const word = remembered(back());
    assert.deepEqual(reached({ data: null, empty: false }, { ...word, peersReached: null }), [B]);
  });
});

describe("a volume that refuses writes (rule 0)", () => {
  const claim = { epoch: 4, site: B, role: "primary" } as const;
  const fencedBeside = (storage: typeof FAILING): ReturnType<typeof decided> =>
    decided(scene({ state: known({ highestClaim: claim }) }), storage);
  it("keeps no primary from being fenced", () =>
    assert.deepEqual(
      [kinds(scene({ state: known({ highestClaim: claim }) }), FAILING), fencedBeside(FAILING).phase],
      [["closed"], "Fenced"],
    ));
  it("lets a primary go on that serves, and says so", () => {
    const decision = decided(scene(), FAILING);
    assert.deepEqual([decision.serving, decision.actions], [true, []]);
    assert.match(decision.reason, /state cannot be written/);
  });
  it("lets nobody begin to serve", () => {
    const fresh = scene({ access: "closed", state: known({ lastServed: null, promotion: null }) });
    assert.deepEqual([decided(fresh, FAILING).serving, kinds(fresh, FAILING)], [false, []]);
  });
  it("is no copy to hand over to", () => {
    const copy = scene({
      role: present({ role: "replica", source: B }),
      access: "read-only",
      server: replicaServer(),
      peers: [servingPeer()],
    });
    assert.deepEqual([decided(copy).inSync, decided(copy, FAILING).inSync], [true, false]);
  });
  it("beside another guard it says nothing any more", () =>
    assert.deepEqual(kinds(scene(), { kind: "foreign", reason: "two pods use one volume" }), ["closed"]));
});

describe("a forced promotion (rule 4)", () => {
  const forced = (change: Partial<Scene> = {}, words: object = {}): Scene =>
    scene({
      role: present({ epoch: epoch(4), mode: "forced", ...words }),
      access: "closed",
      server: server({ heartbeat: null }),
      state: known({ lastServed: null, promotion: null }),
      peers: [peer({ data: held(3, 99) })],
      ...change,
    });
  it("goes over no newer data at a site that can be asked, accepted part or not", () => {
    for (const words of [{}, { acceptPartial: true }]) {
      const [action] = decided(forced({}, words)).actions;
      assert.ok(action?.kind === "refuse");
      assert.match(action.reason, /failover --to b, or give it up: .*--discard b@3\/99/);
    }
  });
  it("… unless that data is named", () => {
    const words = { acceptPartial: true, discard: [{ site: B, epoch: 3, sequence: 99 }] };
    assert.equal(decided(forced({}, words)).serving, true);
    const less = { acceptPartial: true, discard: [{ site: B, epoch: 3, sequence: 98 }] };
    assert.equal(decided(forced({}, less)).serving, false);
  });
  it("is not answered before the peers had the time to", () => {
    const state = known({ lastServed: null, promotion: null, peersReached: null });
    const early = forced({ state, sinceMetMs: milliseconds(100), peers: [peer({ reachable: false, data: null })] });
    assert.deepEqual(kinds(early), []);
    assert.deepEqual(kinds({ ...early, sinceMetMs: milliseconds(3_000) }), ["refuse"]);
  });
  it("… and an answer from before is void when one is heard", () => {
    const refusal = { epoch: 4, reason: "empty", outcome: "refused", unheard: true } as const;
    const state = known({ lastServed: null, promotion: null, refusal });
    assert.equal(remembered(forced({ state })).refusal, null);
  });
  it("is decided once: what was promoted serves, whatever the old primary holds by then", () => {
    const copy = replicaServer({ heartbeat: beat(3, 99), heartbeatUnchangedMs: milliseconds(200) });
    const state = known({ lastServed: null, promotion: null, copied: RUN });
    const seen = forced({ server: copy, state, peers: [peer({ data: held(3, 100, { standing: "whole" }) })] });
    const [action] = decided(seen).actions;
    assert.ok(action?.kind === "promote");
    const promoted = beforeAction(remembered(seen), action, { runId: RUN, usersHash: "h" });
    const master = { ...seen, server: server({ heartbeat: beat(3, 99, { runId: RUN_OF_B }) }), state: promoted };
    assert.equal(decided(master).serving, true);
    const restarted = { ...master, server: server({ runId: "next", heartbeat: beat(3, 90, { runId: RUN_OF_B }) }) };
    assert.equal(decided(restarted).serving, false, "one that has restarted since is judged like any other");
  });
});

describe("what is replaced is kept (rule 5)", () => {
  const demoted = (change: Partial<Scene> = {}): Scene =>
    scene({
      role: present({ role: "replica", epoch: epoch(4), source: B }),
      access: "closed",
      credentials: false,
      peers: [
        servingPeer({
          specEpoch: 4,
          data: held(4, 1, { run: RUN_OF_B, standing: "whole", history: SOMETHING_MISSING }),
        }),
      ],
      ...change,
    });
  const failed = {
    kind: "ended",
    epoch: epoch(4),
    writesUpperBound: null,
    of: null,
    file: null,
    forMs: milliseconds(1_000),
  } as const;
  it("a dump that failed is tried again, and nothing follows meanwhile", () => {
    assert.deepEqual(kinds(demoted()), ["saveDivergence"]);
    assert.deepEqual(kinds(demoted({ divergenceDump: failed })), []);
    assert.match(decided(demoted({ divergenceDump: failed })).reason, /--discard a@3\/100/);
    assert.deepEqual(kinds(demoted({ divergenceDump: { ...failed, forMs: milliseconds(5_000) } })), ["saveDivergence"]);
  });
  it("a dump of something else does not count", () => {
    const of = { run: RUN, epoch: 3, sequence: 99 };
    const divergence = { epoch: 4, writesUpperBound: null, dump: "diverged-before-epoch-4.rdb", of };
    assert.deepEqual(kinds(demoted({ state: known({ divergence }) })), ["saveDivergence"]);
    const same = { ...divergence, of: { ...of, sequence: 100 } };
    assert.ok(kinds(demoted({ state: known({ divergence: same }) })).includes("follow"));
  });
  it("… or given up by word", () => {
    const discard = [{ site: demoted().site, epoch: 3, sequence: 100 }];
    const role = present({ role: "replica", epoch: epoch(4), source: B, discard });
    assert.deepEqual(kinds(demoted({ role, divergenceDump: failed })), ["giveUpDivergence"]);
  });
  it("at equal epochs too: what another branch does not hold", () => {
    const own = held(3, 100);
    assert.equal(contains(held(3, 900, { run: RUN_OF_B, history: SOMETHING_MISSING }), own), false);
    assert.equal(contains(held(3, 900, { run: RUN_OF_B, history: NOTHING_MISSING }), own), true);
    assert.equal(contains(held(3, 900, { run: RUN_OF_B }), own), false, "a branch that is not known");
    assert.equal(contains(held(3, 100, { standing: "copied" }), held(3, 100, { standing: "loaded" })), false);
  });
  it("a server with writes of its own that is silent has some seconds before it is ended", () => {
    const silent = (forMs: number): Scene =>
      scene({
        state: known({ highestClaim: { epoch: 4, site: B, role: "primary" } }),
        server: { kind: "silent", runId: RUN, forMs: milliseconds(forMs) },
      });
    assert.deepEqual([kinds(silent(4_000)), kinds(silent(5_000))], [[], ["endServer"]]);
  });
});

describe("a handover that nobody carries on (rule 4)", () => {
  const handover = { to: B, epoch: epoch(4) };
  const prepared = (change: Partial<Scene> = {}): Scene =>
    scene({
      role: present({ handover }),
      access: "handover",
      state: known({ handover: { epoch: 4, runId: RUN, position: null } }),
      sinceHandoverMs: milliseconds(21_000),
      ...change,
    });
  it("is taken back, and then this primary serves", () => {
    const [action] = decided(prepared()).actions;
    assert.ok(action?.kind === "withdrawHandover");
    const state = beforeAction(remembered(prepared()), action, { runId: RUN, usersHash: "h" });
    assert.deepEqual([decided(prepared({ state })).serving, state.handover], [true, null]);
  });
  for (const [what, change] of [
    ["before its limit", { sinceHandoverMs: milliseconds(19_000) }],
    ["by an answer to a question from before", { peers: [peer({ askedMsAgo: milliseconds(1_500) })] }],
    ["while the other side is away", { peers: [peer({ reachable: false })] }],
    ["where it has begun", { peers: [peer({ takingOver: 4, specEpoch: 4, specRole: "primary" })] }],
    ["where it is decided", { peers: [peer({ specEpoch: 4, specRole: "primary" })] }],
  ] as const)
    it(`not ${what}`, () => assert.equal(kinds(prepared(change)).includes("withdrawHandover"), false));
  it("also where the other side has refused it for good", () => {
    const peers = [peer({ specEpoch: 4, specRole: "primary", refusedEpoch: 4 })];
    assert.deepEqual(kinds(prepared({ peers })), ["withdrawHandover"]);
  });
});

describe("a crash heals itself (rule 7)", () => {
  it("asks the copy, waits until it is open, attaches, and serves at its epoch with all of it", () => {
    assert.deepEqual(kinds(back()), ["setDumps", "recover"]);
    const recovery = { runId: RUN, epoch: epoch(3), from: B };
    const asked = known({ lastServed: { runId: OLD, epoch: epoch(3) }, recovery });
    const copy = peer({ data: held(3, 99, { run: OLD }), givingTo: back().site });
    assert.deepEqual(kinds(back({ state: asked, dumps: false })), []);
    assert.deepEqual(kinds(back({ state: asked, dumps: false, peers: [copy] })), ["follow"]);
    const attached = replicaServer({ heartbeat: beat(3, 99, { runId: OLD }) });
    assert.deepEqual(kinds(back({ state: asked, peers: [copy], server: attached })), ["detach"]);
    const state = remembered(back({ state: asked, peers: [copy], server: attached }));
    const [start] = decided(
      back({ state, peers: [copy], server: server({ heartbeat: beat(3, 99, { runId: OLD }) }) }),
    ).actions;
    assert.ok(start?.kind === "startServing");
    assert.deepEqual(
      [start.atLeast, start.history],
      [{ epoch: 3, sequence: 100 }, [{ run: OLD, epoch: 3, sequence: 100 }]],
    );
    assert.equal(afterAction(state, start, { runId: RUN, usersHash: "h" }, null).recovery, null);
  });
  it("not by a copy whose site has another role in mind", () => {
    assert.equal(decided(back({ peers: [peer({ specEpoch: 2, data: held(3, 99) })] })).phase, "Holding");
    assert.equal(decided(back({ onCrash: "hold" })).phase, "Holding");
  });
  it("the copy opens for it, and for nobody to write", () => {
    const copy = scene({
      role: present({ role: "replica", source: B }),
      access: "read-only",
      server: replicaServer({ linkUp: false }),
      state: known({ lastServed: null, copied: RUN }),
      peers: [
        peer({ specRole: "primary", specEpoch: 3, data: held(3, 50, { run: RUN_OF_B }), recoveringFrom: scene().site }),
      ],
    });
    assert.deepEqual(kinds(copy), ["detach", "source"]);
    assert.equal(decided(copy).serving, false);
    assert.deepEqual(kinds({ ...copy, server: replicaServer() }), [], "not while the stream lives");
  });
});

describe("claims", () => {
  it("that a peer tells count as those that it is asked for", () => {
    const toldClaims = [{ epoch: 4, site: B, role: "primary" }] as const;
    assert.deepEqual(kinds(scene({ toldClaims, peers: [peer({ reachable: false })] })), ["closed"]);
  });
  it("that the peer has refused for good are nobody's", () => {
    const refused = peer({ specEpoch: 4, specRole: "primary", refusedEpoch: 4 });
    assert.equal(decided(scene({ peers: [refused] })).serving, true);
  });
  it("the server's end is required until another process is there", () => {
    const role = present({ epoch: epoch(4), mode: "resume", endServer: true });
    const asked = known({ serverEnd: { epoch: epoch(4), runId: RUN } });
    assert.ok(kinds(scene({ role, state: asked })).includes("endServer"), "recorded, and not dead yet");
  });
  it("a server that an endless script pins is ended where that is configured", () => {
    const pinned = scene({ server: { kind: "silent", runId: RUN, forMs: milliseconds(16_000) } });
    assert.deepEqual([kinds(pinned), kinds({ ...pinned, onSilent: "end" })], [[], ["endServer"]]);
  });
});
