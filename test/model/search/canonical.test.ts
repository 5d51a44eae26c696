import assert from "node:assert/strict";
import { apply } from "../events/apply";
import { rests } from "../events/deed";
import { REAL_RULES } from "../guard/turn";
import { introduced } from "../world/start";
import { canonical, hash } from "./canonical";

describe("states of the model", () => {
  it("are the same whenever they were reached", async () => {
    const start = introduced("redis", 2, REAL_RULES);
    const killed = rests({ kind: "server killed", site: 1 });
    const once = (await apply(start, killed, REAL_RULES)).world;
    const again = (await apply(once, killed, REAL_RULES)).world;
    assert.equal(canonical(again), canonical((await apply(again, killed, REAL_RULES)).world));
  });
  it("differ where something is cut", async () => {
    const start = introduced("dragonfly", 2, REAL_RULES);
    const cut = (await apply(start, rests({ kind: "link cut" }), REAL_RULES)).world;
    assert.notEqual(hash(canonical(start)), hash(canonical(cut)));
  });
  it("stay as they were when something happens to a copy", async () => {
    const start = introduced("redis", 3, REAL_RULES);
    const before = canonical(start);
    await apply(start, rests({ kind: "pod deleted", site: 0 }), REAL_RULES);
    assert.equal(canonical(start), before);
  });
});
