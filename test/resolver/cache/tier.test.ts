import assert from "node:assert/strict";
import { bytes, milliseconds } from "../../../server/types";
import { ResolutionFailure, type Purpose, type Served, type Source } from "../../../resolver/cache/source";
import { Store } from "../../../resolver/cache/store";
import { CachingTier, type TierPolicy } from "../../../resolver/cache/tier";
import type { QuestionKey } from "../../../resolver/wire/question";
import { answerFor, keyFor } from "../support/answers";

const KEY = keyFor("example.com");
const POLICY: TierPolicy = {
  keepStaleMs: 3_600_000,
  staleAfterMs: 20,
  failureMs: 1_000,
  failureWithReserveMs: 5_000,
  prefetchHits: 2,
  mostInFlight: 3,
};

/** A source whose replies the test gives, one by one. */
class Puppet implements Source {
  readonly asked: {
    readonly key: QuestionKey;
    readonly purpose: Purpose;
    readonly reply: (served: Served) => void;
    readonly fail: () => void;
  }[] = [];
  resolve(key: QuestionKey, purpose: Purpose): Promise<Served> {
    return new Promise((resolve, reject) =>
      this.asked.push({ key, purpose, reply: resolve, fail: () => reject(new ResolutionFailure("down")) }),
    );
  }
}

const scene = (policy: Partial<TierPolicy> = {}) => {
  const source = new Puppet();
  const clock = { now: 0 };
  const tier = new CachingTier(
    new Store(bytes(1_000_000), milliseconds(3_600_000)),
    source,
    { ...POLICY, ...policy },
    () => clock.now,
  );
  const fromUpstream = (ttl: number, address?: string): Served => ({
    answer: answerFor("example.com", ttl, clock.now, address),
    tier: "upstream",
    isStale: false,
  });
  return { source, clock, tier, fromUpstream };
};

describe("the local cache before its source", () => {
  it("asks once for however many ask at once, and then no more", async () => {
    const { source, tier, fromUpstream } = scene();
    const replies = [1, 2, 3].map(() => tier.resolve(KEY, "answer"));
    assert.equal(source.asked.length, 1);
    source.asked[0]?.reply(fromUpstream(60));
    for (const reply of replies) assert.equal((await reply).tier, "upstream");
    assert.equal((await tier.resolve(KEY, "answer")).tier, "l1");
    assert.equal(source.asked.length, 1);
    assert.equal(tier.inFlight, 0);
  });

  it("asks again when the TTL is over, to the millisecond", async () => {
    const { source, clock, tier, fromUpstream } = scene();
    tier.learn(KEY, fromUpstream(60));
    clock.now = 59_999;
    assert.ok(tier.lookup(KEY, clock.now));
    clock.now = 60_000;
    assert.equal(tier.lookup(KEY, clock.now), undefined);
    assert.equal(source.asked.length, 0);
  });

  it("serves a stale answer when the source fails, and asks again only after a while", async () => {
    const { source, clock, tier, fromUpstream } = scene({ staleAfterMs: 10_000 });
    tier.learn(KEY, fromUpstream(60));
    clock.now = 61_000;
    const waiting = tier.resolve(KEY, "answer");
    source.asked[0]?.fail();
    assert.equal((await waiting).isStale, true);
    assert.equal((await tier.resolve(KEY, "answer")).isStale, true);
    assert.equal(source.asked.length, 1);
    clock.now += 5_001;
    void tier.resolve(KEY, "answer").catch(() => undefined);
    assert.equal(source.asked.length, 2);
    source.asked[1]?.reply(fromUpstream(60));
    await new Promise(setImmediate);
    assert.equal((await tier.resolve(KEY, "answer")).isStale, false);
  });

  it(
    "serves a stale answer when the source is slow, at once to those who come after, and takes the fresh one " +
      "when it comes",
    async () => {
      const { source, clock, tier, fromUpstream } = scene();
      tier.learn(KEY, fromUpstream(60));
      clock.now = 61_000;
      assert.equal((await tier.resolve(KEY, "answer")).isStale, true);
      assert.equal((await tier.resolve(KEY, "answer")).isStale, true);
      assert.equal(source.asked.length, 1);
      source.asked[0]?.reply(fromUpstream(60));
      await new Promise(setImmediate);
      assert.equal((await tier.resolve(KEY, "answer")).isStale, false);
    },
  );

  it("serves nothing stale beyond its limit, or when told not to", async () => {
    for (const [policy, now] of [
      [{}, 60_000 + 3_600_000],
      [{ keepStaleMs: 0 }, 60_000],
    ] as const) {
      const { source, clock, tier, fromUpstream } = scene(policy);
      tier.learn(KEY, fromUpstream(60));
      clock.now = now;
      const waiting = tier.resolve(KEY, "answer");
      source.asked[0]?.fail();
      await assert.rejects(waiting, ResolutionFailure);
    }
  });

  it("remembers a failure for a while, and not longer", async () => {
    const { source, clock, tier } = scene();
    const waiting = tier.resolve(KEY, "answer");
    source.asked[0]?.fail();
    await assert.rejects(waiting);
    await assert.rejects(tier.resolve(KEY, "answer"), /a moment ago/);
    assert.equal(source.asked.length, 1);
    clock.now += 1_000;
    tier.resolve(KEY, "answer").catch(() => undefined);
    assert.equal(source.asked.length, 2);
  });

  it("refreshes a popular answer in the last tenth of its TTL, once, and hides it from clients", async () => {
    const { source, clock, tier, fromUpstream } = scene();
    tier.learn(KEY, fromUpstream(100));
    clock.now = 89_000;
    tier.lookup(KEY, clock.now);
    tier.lookup(KEY, clock.now);
    assert.equal(source.asked.length, 0, "too early");
    clock.now = 90_001;
    assert.ok(tier.lookup(KEY, clock.now));
    assert.ok(tier.lookup(KEY, clock.now));
    assert.deepEqual(
      source.asked.map(({ purpose }) => purpose),
      ["refresh"],
    );
    source.asked[0]?.reply(fromUpstream(100));
    await new Promise(setImmediate);
    clock.now = 150_000;
    assert.ok(tier.lookup(KEY, clock.now), "renewed");
    assert.equal(tier.prefetches, 1);
  });

  it("does not refresh what nobody asks for twice, or what is short-lived", () => {
    const { source, clock, tier, fromUpstream } = scene();
    tier.learn(KEY, fromUpstream(100));
    clock.now = 95_000;
    tier.lookup(KEY, clock.now);
    assert.equal(source.asked.length, 0);
    tier.learn(KEY, fromUpstream(9));
    clock.now += 8_900;
    for (let i = 0; i < 5; i++) tier.lookup(KEY, clock.now);
    assert.equal(source.asked.length, 0);
  });

  it("refuses new questions when too many are on their way", async () => {
    const { source, tier } = scene();
    for (const name of ["a.example", "b.example", "c.example"])
      tier.resolve(keyFor(name), "answer").catch(() => undefined);
    await assert.rejects(tier.resolve(KEY, "answer"), /too many/);
    assert.equal(source.asked.length, 3);
  });

  it("forgets what it is told to, and does not keep what was asked for before", async () => {
    const { source, tier, fromUpstream } = scene();
    tier.learn(keyFor("other.example"), fromUpstream(60));
    const waiting = tier.resolve(KEY, "answer");
    assert.equal(
      tier.forgetWhere((key) => key === KEY),
      0,
    );
    source.asked[0]?.reply(fromUpstream(60));
    assert.equal((await waiting).tier, "upstream", "whoever waits gets it");
    assert.equal(tier.lookup(KEY, 0), undefined);
    assert.equal(tier.store.size, 1);
  });

  it("keeps nothing that its source served stale", async () => {
    const { source, tier, fromUpstream } = scene();
    const waiting = tier.resolve(KEY, "answer");
    source.asked[0]?.reply({ ...fromUpstream(60), isStale: true });
    assert.equal((await waiting).isStale, true);
    assert.equal(tier.store.size, 0);
  });
});
