import assert from "node:assert/strict";
import fc from "fast-check";
import { fullBucket, take } from "../../../resolver/front/bucket";
import { clientOf, Limiter } from "../../../resolver/front/limiter";

describe("the limit of a client", () => {
  it("is its burst at once and its rate over time, never more", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1, max: 1000 }),
        fc.array(fc.nat(500), { maxLength: 200 }),
        (perSecond, burst, pauses) => {
          const rate = { perSecond, burst };
          const bucket = fullBucket(rate, 0);
          let now = 0;
          let passed = 0;
          for (const pause of pauses) {
            now += pause;
            if (take(bucket, rate, now)) passed += 1;
          }
          assert.ok(passed <= burst + (perSecond * now) / 1000 + 1e-6);
        },
      ),
    );
  });

  it("is its own: another's flood takes nothing from it", () => {
    const limiter = new Limiter({ perSecond: 10, burst: 10 });
    for (let i = 0; i < 1000; i++) limiter.judge("192.0.2.1", 0);
    assert.notEqual(limiter.judge("192.0.2.1", 0), "pass");
    assert.equal(limiter.judge("192.0.2.2", 0), "pass");
    assert.equal(limiter.judge("192.0.2.1", 100), "pass", "one more after a tenth of a second");
  });

  it("lets some of what is over it slip, so that a real client comes back over TCP", () => {
    const limiter = new Limiter({ perSecond: 1, burst: 1 });
    const verdicts = Array.from({ length: 401 }, () => limiter.judge("192.0.2.1", 0));
    assert.deepEqual(
      ["pass", "slip", "drop"].map((each) => verdicts.filter((verdict) => verdict === each).length),
      [1, 100, 300],
    );
  });

  it("of 0 is none", () => {
    const limiter = new Limiter({ perSecond: 0, burst: 0 });
    for (let i = 0; i < 100; i++) assert.equal(limiter.judge("192.0.2.1", 0), "pass");
  });

  it("is one for a /64, and one for an IPv4 address however it is written", () => {
    assert.equal(clientOf("2001:db8:1:2:3:4:5:6"), clientOf("2001:0db8:1:2::9"));
    assert.notEqual(clientOf("2001:db8:1:2::9"), clientOf("2001:db8:1:3::9"));
    assert.equal(clientOf("::ffff:192.0.2.1"), "192.0.2.1");
    assert.equal(clientOf("::1"), "0:0:0:0");
    assert.equal(clientOf("fe80::1%eth0"), "fe80:0:0:0");
  });
});
