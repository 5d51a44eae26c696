import assert from "node:assert/strict";
import type { SnapshotsView } from "../../../guard/observe/observation";
import { INITIAL_STATE } from "../../../guard/remember/guardState";
import { epoch, milliseconds } from "../../../server/types";
import {
  RUN_OF_B,
  beat,
  type Scene,
  allowance,
  decided,
  known,
  peer,
  present,
  reached,
  replicaServer,
  RUN,
  scene,
  server,
} from "../scene";

const at4 = { epoch: epoch(4), mode: "restored", restore: { from: "newest" } } as const;
const view = (state?: "fetching" | "placed" | "failed" | "none", forEpoch = 4): SnapshotsView => ({
  restoreWhenEmpty: forEpoch === 0,
  reachable: true,
  requesting: false,
  requested: null,
  sinceAskedMs: milliseconds(1_000),
  restore:
    state === undefined
      ? null
      : {
          epoch: forEpoch,
          from: "newest",
          id: "20261121T060000Z-e3-10",
          state,
          reason: state === "failed" ? "denied: the key is wrong" : "",
        },
});
/** Closed, detached, its own dump kept: what is left is to have the snapshot brought. */
const ready = (change: Partial<Scene> = {}): Scene =>
  scene({
    role: present(at4),
    access: "closed",
    dumps: false,
    snapshots: view(),
    state: known({
      divergence: {
        epoch: 4,
        writesUpperBound: null,
        dump: "diverged-before-epoch-4.rdb",
        of: { run: RUN, epoch: 3, sequence: 100 },
      },
    }),
    ...change,
  });
const restored = (forEpoch: number, runId: string) =>
  known({
    lastServed: null,
    peersReached: forEpoch === 0 ? null : reached,
    restored: { epoch: forEpoch, runId, snapshot: "20261121T060000Z-e3-10" },
    divergence: { epoch: forEpoch, writesUpperBound: null, dump: null, of: null },
  });
const kinds = (o: Scene): string[] => decided(o).actions.map((action) => action.kind);

describe("the guard's judgement of a restore", () => {
  it("closes first, and lets no dump be written any more", () => {
    const decision = decided(ready({ access: "open", dumps: true }));
    assert.deepEqual(decision.actions, [
      { kind: "setAccess", access: "closed" },
      { kind: "setDumps", dumps: "off" },
    ]);
    assert.deepEqual([decision.serving, decision.heartbeat], [false, false]);
  });
  it("takes a replica off its source: a full sync would be written over what is put in place", () =>
    assert.deepEqual(kinds(ready({ server: replicaServer() })), ["detach"]));
  it("keeps a dump of what the server holds, once", () =>
    assert.deepEqual(kinds(ready({ state: known() })), ["saveDivergence"]));
  it("… and waits for it", () =>
    assert.deepEqual(kinds(ready({ state: known(), divergenceDump: { kind: "running" } })), []));
  it("… not of an empty server", () =>
    assert.deepEqual(kinds(ready({ state: known(), server: server({ heartbeat: null }) })), ["restore"]));
  it("waits for a dump of the server's own: it would take the snapshot's place", () =>
    assert.deepEqual(kinds(ready({ server: server({ dumping: true }) })), []));
  it("asks for the snapshot", () =>
    assert.deepEqual(decided(ready()).actions, [{ kind: "restore", from: "newest", epoch: 4 }]));
  it("… for this epoch's, not an earlier one's", () =>
    assert.deepEqual(kinds(ready({ snapshots: view("placed", 3) })), ["restore"]));
  it("waits while it comes", () => assert.deepEqual(kinds(ready({ snapshots: view("fetching") })), []));
  for (const state of ["failed", "none"] as const) {
    it(`refuses when it is ${state}, and says why`, () =>
      assert.deepEqual(kinds(ready({ snapshots: view(state) })), ["refuse"]));
  }
  it("refuses where there are no snapshots at all", () =>
    assert.match(decided(ready({ snapshots: null })).reason, /keeps no snapshots/));
  it("remembers that it is in place before the server is ended", () =>
    assert.deepEqual(kinds(ready({ snapshots: view("placed") })), ["recordRestored"]));
  it("kills the server, which would save over it", () =>
    assert.deepEqual(decided(ready({ state: restored(4, RUN) })).actions, [
      { kind: "endServer", how: "kill", forEpoch: null },
    ]));
  it("a frozen server is killed too", () =>
    assert.deepEqual(kinds(ready({ access: "open", server: { kind: "silent", runId: RUN, forMs: 900 as never } })), [
      "endServer",
    ]));
  it("admits the next process, whatever newer data a peer has: the operator has decided", () => {
    const decision = decided(
      ready({
        state: restored(4, "boot-9-1"),
        server: server({ heartbeat: beat(3, 100, { runId: "boot-1-1" }) }),
        peers: [peer({ dataVersion: { epoch: 3, sequence: 900 } })],
      }),
    );
    assert.equal(decision.serving, true);
    assert.deepEqual(decision.actions[0], {
      kind: "startServing",
      promotion: {
        epoch: 4,
        mode: "restored",
        runId: RUN,
        dataVersion: { epoch: 3, sequence: 100 },
        commandsSeen: 1000,
        runIdSeen: "boot-1-1",
        lagSeconds: null,
        partial: false,
      },
      atLeast: { epoch: 4, sequence: 901 },
      history: [{ run: "boot-1-1", epoch: 3, sequence: 100 }],
    });
  });
  it("refuses a process that has not loaded it", () =>
    assert.match(
      decided(ready({ state: restored(4, "boot-9-1"), server: server({ heartbeat: null }) })).reason,
      /did not load/,
    ));
  it("a later start is judged like any other", () => {
    const later = known({
      promotion: {
        epoch: epoch(4),
        mode: "restored",
        runId: "an-earlier-run",
        dataVersion: null,
        commandsSeen: null,
        runIdSeen: null,
        lagSeconds: null,
        partial: false,
      },
      lastServed: null,
    });
    assert.match(
      decided(ready({ state: later, peers: [peer({ dataVersion: { epoch: 4, sequence: 900 } })] })).reason,
      /newer data/,
    );
  });
  it("a promotion by force goes round a store that does not answer", () =>
    assert.equal(
      decided(ready({ role: present({ epoch: epoch(5), mode: "forced" }), snapshots: view("failed") })).serving,
      true,
    ));

  describe("of a server that starts empty", () => {
    const away = [peer({ reachable: false, dataVersion: null })];
    const empty = (change: Partial<Scene> = {}): Scene =>
      scene({
        access: "closed",
        dumps: false,
        server: server({ heartbeat: null }),
        state: known({ lastServed: null, peersReached: null }),
        peers: away,
        snapshots: view(undefined, 0),
        ...change,
      });
    it("asks for the newest where that is configured", () =>
      assert.deepEqual(decided(empty()).actions, [{ kind: "restore", from: "newest", epoch: 0 }]));
    it("… not where it is not", () =>
      assert.deepEqual(kinds(empty({ snapshots: { ...view(), restoreWhenEmpty: false } })), []));
    it("… not while a peer has data", () =>
      assert.match(
        decided(empty({ peers: [peer()], state: known({ lastServed: null }) })).reason,
        /takes the data of site b/,
      ));
    it("goes on as ever when there is none", () =>
      assert.match(decided(empty({ snapshots: view("none", 0) })).reason, /no peer could be reached/));
    it("holds while it cannot be had", () =>
      assert.match(decided(empty({ snapshots: view("failed", 0) })).reason, /cannot be had: denied/));
    it("… and tries again after a while", () => {
      assert.deepEqual(kinds(empty({ snapshots: view("failed", 0) })), []);
      assert.deepEqual(kinds(empty({ snapshots: { ...view("failed", 0), sinceAskedMs: milliseconds(60_000) } })), [
        "restore",
      ]);
    });
    it("… unless the operator accepts the loss", () =>
      assert.equal(
        decided(
          empty({
            snapshots: view("failed", 0),
            role: present({ acceptLoss: allowance(null), peerLost: allowance(null) }),
          }),
        ).serving,
        true,
      ));
    it("… or has promoted what there is, were it nothing", () =>
      assert.equal(
        decided(
          empty({
            role: present({ epoch: epoch(4), mode: "forced", acceptPartial: true }),
            state: { ...INITIAL_STATE, highestEpoch: 4 },
          }),
        ).serving,
        true,
      ));
    it("with its data it is judged as ever: no peer answers", () =>
      assert.match(
        decided(empty({ state: restored(0, "boot-9-1"), server: server() })).reason,
        /no peer could be reached/,
      ));
    for (const mode of ["handover", "forced"] as const) {
      const role = present({ epoch: epoch(4), mode, source: peer().site });
      it(`… also where the role came by mode ${mode} and the guard's memory went with the disk`, () => {
        const blank = { ...INITIAL_STATE, highestEpoch: 4 };
        assert.deepEqual(decided(empty({ role, state: blank })).actions, [
          { kind: "restore", from: "newest", epoch: 0 },
        ]);
        const loaded = { ...blank, restored: { epoch: 0, runId: "boot-9-1", snapshot: "s" } };
        assert.match(decided(empty({ role, state: loaded, server: server() })).reason, /no peer could be reached/);
        assert.match(
          decided(
            empty({
              role,
              state: { ...loaded, peersReached: reached },
              server: server(),
              peers: [peer({ dataVersion: { epoch: 4, sequence: 900 } })],
            }),
          ).reason,
          /newer data/,
        );
        // Once it has served again, a later takeover needs its proof as ever.
        const served = { ...loaded, promotion: known().promotion };
        assert.deepEqual(
          kinds(empty({ role, state: served, server: server() })).includes("refuse"),
          mode === "handover",
        );
      });
    }
    it("does not try twice what did not help", () =>
      assert.deepEqual(kinds(empty({ state: restored(0, "boot-9-1") })), []));
  });

  it("an order that was carried out before the disk was lost is not carried out again over newer data", () => {
    const lost = { ...INITIAL_STATE, highestEpoch: 4, peersReached: reached };
    const inSync = [peer({ dataVersion: { epoch: 4, sequence: 900 } })];
    for (const spec of [at4, { epoch: epoch(4), mode: "forced" }] as const) {
      for (const heartbeat of [null, server().heartbeat]) {
        const decision = decided(
          ready({ role: present(spec), state: lost, peers: inSync, server: server({ heartbeat }) }),
        );
        assert.deepEqual(
          [decision.serving, /newer data/.test(decision.reason)],
          [false, true],
          `${spec.mode}: ${decision.reason}`,
        );
      }
    }
  });

  it("a replica keeps a dump of its copy before it follows a restored primary", () => {
    const promotion = { epoch: 4, mode: "restored", commandsSeen: null, runIdSeen: null } as const;
    const follower = (change: Partial<Scene> = {}): Scene =>
      scene({
        role: present({ role: "replica", epoch: epoch(4), source: peer().site }),
        access: "read-only",
        server: replicaServer({ linkUp: false, linkDownMs: milliseconds(60_000) }),
        state: known({ lastServed: null }),
        peers: [
          peer({
            specRole: "primary",
            specEpoch: 4,
            serving: true,
            servingForMs: milliseconds(60_000),
            dataVersion: { epoch: 4, sequence: 1 },
            promotion,
          }),
        ],
        ...change,
      });
    assert.deepEqual(kinds(follower()), ["setCredentials", "saveDivergence"]);
    assert.ok(
      kinds(
        follower({
          state: known({
            lastServed: null,
            divergence: {
              epoch: 4,
              writesUpperBound: null,
              dump: "diverged-before-epoch-4.rdb",
              of: { run: RUN_OF_B, epoch: 3, sequence: 100 },
            },
          }),
        }),
      ).includes("follow"),
    );
  });
});
