import assert from "node:assert/strict";
import fc from "fast-check";
import { checkHistory } from "../../../../lab/faults/checker/checkHistory";
import type { Promised } from "../../../../lab/faults/checker/promised";
import type { ViolationKind } from "../../../../lab/faults/checker/report";
import type { Final, History, Operation } from "../../../../lab/faults/history/operation";
import { acknowledgedAppends, act, readsOf, SimulatedRun, type Act } from "./simulatedRun";

const NOTHING: Promised = { losses: null, twoSites: null, served: "fault" };
const CUT: Promised = {
  losses: { from: "cut", leadMs: 0, to: "whole", trailMs: 0 },
  twoSites: { from: "cut", leadMs: 0, to: "whole", trailMs: 0 },
  served: "cut",
};
const acts = fc.array(act, { minLength: 30, maxLength: 60 });
/** Something that is heard of and stays, at either end. */
const SURE: Act = { act: "append", beside: "primary", key: 0, heard: true, carriedOut: true };
const sureIn = (key: number): Act => ({ ...SURE, key });
const SURE_EACH = [0, 1, 2].map(sureIn);

function quietRun(before: readonly Act[], after: readonly Act[]): History {
  const run = new SimulatedRun();
  run.carryOut([...SURE_EACH, ...before]);
  run.note("fault");
  run.carryOut([...after, ...SURE_EACH]);
  run.note("writers stop");
  return run.history();
}

/** Regions cut apart with a primary each; in the end the data of the first counts, and the other's are lost. */
function cutRun(before: readonly Act[], during: readonly Act[], after: readonly Act[]): History {
  const run = new SimulatedRun();
  run.carryOut([...SURE_EACH, ...before]);
  run.note("cut");
  run.part();
  run.carryOut(during);
  run.note("whole");
  run.unite("primary");
  run.carryOut([...after, ...SURE_EACH]);
  run.note("writers stop");
  return run.history();
}

const kindsOf = (history: History, promised = NOTHING): ReadonlySet<ViolationKind> =>
  new Set(checkHistory(history, promised).violations.map(({ kind }) => kind));

const withFinals = (history: History, change: (final: Final) => Final): History => ({
  ...history,
  finals: history.finals.map(change),
});
const withList = (history: History, key: string, change: (list: readonly string[]) => readonly string[]): History =>
  withFinals(history, (final) => ({ ...final, lists: { ...final.lists, [key]: change(final.lists[key] ?? []) } }));
const withOperation = (history: History, old: Operation, now: Operation): History => ({
  ...history,
  operations: history.operations.map((op) => (op === old ? now : op)),
});

describe("checker of histories", () => {
  it("finds nothing in what an honest primary answers", () => {
    fc.assert(
      fc.property(acts, acts, (before, after) => {
        assert.deepEqual(checkHistory(quietRun(before, after), NOTHING).violations, []);
      }),
    );
  });

  it("allows what two sites acknowledged behind a cut, and counts it", () => {
    fc.assert(
      fc.property(acts, acts, acts, (before, during, after) => {
        const report = checkHistory(cutRun(before, during, after), CUT);
        assert.deepEqual(report.violations, []);
        const gone = during.filter((each) => "heard" in each && each.beside === "dr" && each.heard && each.carriedOut);
        assert.equal(report.lostAsAllowed, gone.length);
      }),
    );
  });

  it("finds the same where nothing of it was promised", () => {
    const dr: Act = { ...SURE, beside: "dr" };
    const history = cutRun([], [SURE, SURE, dr, dr, { act: "read", beside: "dr", key: 0 }], []);
    assert.deepEqual(kindsOf(history, { ...NOTHING, served: "cut" }), new Set(["lost", "two sites", "stale read"]));
    // Lost as promised, and yet never two at once.
    assert.deepEqual(kindsOf(history, { ...CUT, twoSites: null }), new Set(["two sites", "stale read"]));
  });

  it("does not take a failover's loss for two sites", () => {
    const dr: Act = { ...SURE, beside: "dr" };
    const history = cutRun([], [dr, dr], [SURE, SURE]);
    assert.deepEqual(kindsOf(history, { ...CUT, twoSites: null }), new Set());
  });

  it("finds a write after the link is whole that another site acknowledged", () => {
    const run = new SimulatedRun();
    run.carryOut([SURE]);
    run.note("cut");
    run.part();
    run.carryOut([SURE, { ...SURE, beside: "dr" }]);
    run.note("whole");
    run.carryOut([SURE, { ...SURE, beside: "dr" }]);
    run.unite("primary");
    run.carryOut([SURE]);
    run.note("writers stop");
    assert.deepEqual(kindsOf(run.history(), CUT), new Set(["lost", "two sites"]));
  });

  const mutations: Readonly<
    Record<string, { readonly kind: ViolationKind; change(h: History, n: number): History | null }>
  > = {
    "an acknowledged append that is not there": {
      kind: "lost",
      change(history, n) {
        const victim = acknowledgedAppends(history)[n % acknowledgedAppends(history).length];
        return victim === undefined
          ? null
          : withList(history, victim.key, (list) => list.filter((v) => v !== victim.value));
      },
    },
    "a number that is not there": {
      kind: "lost",
      change(history, n) {
        const sets = history.operations.filter((op) => op.f === "set" && op.outcome === "acknowledged");
        const victim = sets[n % Math.max(1, sets.length)];
        return victim === undefined
          ? null
          : withFinals(history, (final) => ({ ...final, values: { ...final.values, [victim.key]: null } }));
      },
    },
    "another value than was written": {
      kind: "order",
      change(history, n) {
        const sets = history.operations.filter((op) => op.f === "set");
        const victim = sets[n % Math.max(1, sets.length)];
        return victim === undefined
          ? null
          : withFinals(history, (final) => ({ ...final, values: { ...final.values, [victim.key]: "other" } }));
      },
    },
    "two elements in each other's place": {
      kind: "order",
      change: (history, n) =>
        withList(history, "list:0", (list) => {
          const at = n % (list.length - 1);
          return list.map((value, i) => (i === at ? list[at + 1] : i === at + 1 ? list[at] : value) ?? "");
        }),
    },
    "an element twice": {
      kind: "order",
      change: (history) => withList(history, "list:0", (list) => [...list, list[0] ?? ""]),
    },
    "an element that nobody wrote": {
      kind: "order",
      change: (history) => withList(history, "list:0", (list) => [...list, "x"]),
    },
    "a read of what was before": {
      kind: "stale read",
      change(history, n) {
        const late = history.events.find(({ event }) => event === "fault")?.at ?? 0;
        const reads = readsOf(history).filter(({ invoked }) => invoked > late);
        const read = reads[n % Math.max(1, reads.length)];
        return read === undefined ? null : withOperation(history, read, { ...read, length: 0, tail: [] });
      },
    },
    "an acknowledgement of another number": {
      kind: "order",
      change(history, n) {
        const appends = acknowledgedAppends(history);
        const op = appends[n % appends.length];
        return op === undefined ? null : withOperation(history, op, { ...op, length: op.length + 1 });
      },
    },
    "a copy that lacks the last element": {
      kind: "copies differ",
      change: (history) => ({
        ...history,
        finals: history.finals.map((final) =>
          final.access === "primary"
            ? final
            : { ...final, lists: { ...final.lists, "list:0": (final.lists["list:0"] ?? []).slice(0, -1) } },
        ),
      }),
    },
    "a copy with another number": {
      kind: "copies differ",
      change(history) {
        const key = Object.keys(history.finals[0]?.values ?? {})[0];
        if (key === undefined) return null;
        return {
          ...history,
          finals: history.finals.map((final) =>
            final.access === "primary" ? final : { ...final, values: { ...final.values, [key]: "other" } },
          ),
        };
      },
    },
    "nothing acknowledged after the fault": {
      kind: "not served",
      change(history) {
        const at = history.events.find(({ event }) => event === "fault")?.at ?? 0;
        return {
          ...history,
          operations: history.operations.map((op) =>
            op.ended > at && (op.f === "append" || op.f === "set")
              ? {
                  f: "append",
                  client: op.client,
                  beside: op.beside,
                  key: op.key,
                  value: op.value,
                  invoked: op.invoked,
                  ended: op.ended,
                  outcome: "unknown",
                  error: "x",
                }
              : op,
          ),
        };
      },
    },
  };
  for (const [what, { kind, change }] of Object.entries(mutations))
    it(`finds ${what}`, () => {
      let changed = 0;
      fc.assert(
        fc.property(acts, acts, fc.nat(), (before, after, n) => {
          const mutant = change(quietRun(before, after), n);
          if (mutant === null) return;
          changed += 1;
          assert.ok(kindsOf(mutant).has(kind), `not found: ${[...kindsOf(mutant)].join(", ")}`);
        }),
      );
      assert.ok(changed > 20, `changed ${changed} histories only`);
    });

  it("gives the longest time without a write from the event on, over both regions", () => {
    const run = new SimulatedRun();
    run.carryOut([SURE]);
    run.note("fault");
    run.carryOut([{ ...SURE, heard: false, carriedOut: false }, { ...SURE, heard: false }, SURE, SURE]);
    run.note("writers stop");
    // 11 to 36 ms: two attempts without an acknowledgement before it.
    assert.equal(checkHistory(run.history(), NOTHING).servedAgainMs, 26);
  });
});
