import assert from "node:assert/strict";
import fc from "fast-check";
import { Breaker } from "../../../resolver/l2/breaker";

const POLICY = { failures: 3, openMs: 100, mostOpenMs: 400 };

describe("the circuit breaker", () => {
  it("opens after failures in a row, not after as many with successes between", () => {
    const breaker = new Breaker(POLICY);
    for (let i = 0; i < 5; i++) {
      breaker.failed(0);
      breaker.failed(0);
      breaker.succeeded();
    }
    assert.equal(breaker.state, "closed");
    assert.deepEqual([breaker.failed(0), breaker.failed(0), breaker.failed(0)], [false, false, true]);
    assert.equal(breaker.admits(99), false);
  });

  it("lets one trial through, and closes when it succeeds", () => {
    const breaker = new Breaker({ ...POLICY, failures: 1 });
    breaker.failed(0);
    assert.equal(breaker.waitMs(40), 60);
    assert.equal(breaker.admits(100), true);
    assert.equal(breaker.admits(100), false, "the second has to wait for the first");
    breaker.succeeded();
    assert.equal(breaker.admits(100), true);
  });

  it("waits twice as long after each failed trial, up to a limit, and starts over once it worked", () => {
    const breaker = new Breaker({ ...POLICY, failures: 1 });
    let now = 0;
    breaker.failed(now);
    const waits: number[] = [];
    for (let i = 0; i < 4; i++) {
      waits.push(breaker.waitMs(now));
      now += breaker.waitMs(now);
      breaker.admits(now);
      breaker.failed(now);
    }
    assert.deepEqual(waits, [100, 200, 400, 400]);
    breaker.succeeded();
    breaker.failed(now);
    assert.equal(breaker.waitMs(now), 100);
  });

  it("never admits two attempts while it is open, and always one in the end", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(300), fc.constantFrom("fail", "succeed", "ask")), { maxLength: 60 }),
        (steps) => {
          const breaker = new Breaker(POLICY);
          let now = 0;
          let trials = 0;
          for (const [later, step] of steps) {
            now += later;
            if (step === "fail") breaker.failed(now);
            if (step === "succeed") breaker.succeeded();
            if (breaker.state !== "trial") trials = 0;
            const wasClosed = breaker.state === "closed";
            if (step === "ask" && breaker.admits(now) && !wasClosed) assert.equal(++trials, 1);
          }
          if (breaker.state === "open") assert.ok(breaker.admits(now + POLICY.mostOpenMs));
        },
      ),
    );
  });
});
