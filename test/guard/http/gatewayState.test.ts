import assert from "node:assert/strict";
import type { Action, Decision } from "../../../guard/decide/action";
import { NOTHING_YET, type CycleResult } from "../../../guard/guardView";
import { gatewayState, patienceOf, takesAccess } from "../../../guard/http/gatewayState";

const close: Action = { kind: "setAccess", access: "closed" };
const server = { kind: "answering" } as CycleResult["server"];

const result = (access: CycleResult["access"], decision: Partial<Decision>): CycleResult => ({
  ...NOTHING_YET,
  server,
  access,
  epoch: 7,
  decision: { ...NOTHING_YET.decision, ...decision },
});

describe("what the gateways are told", () => {
  const cases: readonly (readonly [string, CycleResult, string])[] = [
    ["a primary that serves", result("open", { serving: true, phase: "Serving" }), "serving/7/readable"],
    ["one that is about to close", result("open", { phase: "Prepared", actions: [close] }), "draining/7/unreadable"],
    ["one that has closed", result("closed", { phase: "Prepared" }), "closed/7/unreadable"],
    ["one that is open to replicas only", result("handover", { phase: "Prepared" }), "closed/7/unreadable"],
    [
      "a Dragonfly that is being taken over",
      result("open", { serving: true, phase: "Preparing" }),
      "closed/7/unreadable",
    ],
    [
      "a primary whose server has gone",
      { ...result("open", { serving: true }), server: { kind: "absent" } },
      "closed/7/unreadable",
    ],
    ["a copy that may be read", result("read-only", { phase: "Following" }), "closed/7/readable"],
    ["a copy that is about to close", result("read-only", { actions: [close] }), "closed/7/unreadable"],
    ["a guard that knows nothing yet", NOTHING_YET, "closed/0/unreadable"],
  ];
  for (const [what, given, expected] of cases)
    it(`of ${what}: ${expected}`, () => assert.equal(gatewayState(given), expected));

  it("is waited for only where somebody's access ends", () => {
    assert.equal(takesAccess(result("open", { actions: [close] })), true);
    assert.equal(takesAccess(result("read-only", { actions: [close] })), true);
    assert.equal(takesAccess(result("open", { serving: true, phase: "Preparing" })), true);
    assert.equal(takesAccess(result("closed", { actions: [close] })), false);
    assert.equal(takesAccess(result("unknown", { actions: [close] })), false);
    assert.equal(takesAccess(result("read-only", { actions: [{ kind: "setAccess", access: "open" }] })), false);
  });

  it("is waited for longer where the move is planned", () =>
    assert.ok(
      patienceOf({ ...NOTHING_YET.decision, phase: "Prepared" }) >
        patienceOf({ ...NOTHING_YET.decision, phase: "Fenced" }),
    ));
});
