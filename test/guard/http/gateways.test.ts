import assert from "node:assert/strict";
import { Gateways } from "../../../guard/http/gateways";

describe("the gateways that a guard tells", () => {
  let state: string;
  let now: number;
  let gateways: Gateways;
  let said: string[];

  beforeEach(() => {
    [state, now, said] = ["serving/1/readable", 0, []];
    gateways = new Gateways(
      () => state,
      () => now,
    );
  });
  afterEach(() => {
    state = "ended";
    gateways.changed();
  });

  const ask = (id: string, known: string): (() => void) =>
    gateways.ask(id, known, (answer) => said.push(`${id} ${answer}`));

  it("are answered at once where they know another state, else with the next change", () => {
    ask("a", "");
    assert.deepEqual(said, ["a serving/1/readable"]);
    ask("a", state);
    assert.equal(said.length, 1);
    state = "draining/1/readable";
    gateways.changed();
    gateways.changed();
    assert.deepEqual(said.slice(1), ["a draining/1/readable"]);
  });

  it("are waited for until each says that it knows", async () => {
    ask("a", state);
    ask("b", state);
    state = "draining/1/readable";
    let outcome = "";
    const informed = gateways.informed(10_000).then((all) => (outcome = all));
    assert.deepEqual(said, ["a draining/1/readable", "b draining/1/readable"]);
    ask("a", state);
    await Promise.resolve();
    assert.equal(outcome, "");
    ask("b", state);
    await informed;
    assert.equal(outcome, "all");
  });

  it("are not waited for where there are none, or all know", async () => {
    assert.equal(await gateways.informed(10_000), "all");
    ask("a", state);
    assert.equal(await gateways.informed(10_000), "all");
  });

  it("are waited for no longer than the limit", async () => {
    ask("a", state);
    state = "draining/1/readable";
    assert.equal(await gateways.informed(20), "some");
  });

  it("are forgotten with their connection, or when they have not asked again", async () => {
    const gone = ask("a", state);
    ask("b", state);
    state = "draining/1/readable";
    // Answered: its connection stays, and it does not ask again.
    const informed = gateways.informed(10_000);
    ask("b", state);
    now = 10_000;
    ask("c", state);
    assert.equal(await informed, "all");
    gone();
    const ended = ask("d", state);
    state = "closed/1/unreadable";
    ended();
  });
});
