import assert from "node:assert/strict";
import { bytes, milliseconds } from "../../../server/types";
import { decodePopular, encodePopular } from "../../../resolver/back/popular";
import { Warmer } from "../../../resolver/back/warmer";
import type { Answer } from "../../../resolver/cache/answer";
import { Store } from "../../../resolver/cache/store";
import { CachingTier } from "../../../resolver/cache/tier";
import { noLog } from "../../../resolver/log";
import type { QuestionKey } from "../../../resolver/wire/question";
import { answerFor, keyFor } from "../support/answers";

const NOW = 1_000_000;
const NAMES = ["a.example", "b.example", "c.example"] as const;
const [A, B, C] = NAMES.map((name) => keyFor(name)) as [QuestionKey, QuestionKey, QuestionKey];

const scene = (
  list: Buffer | undefined,
  held: ReadonlyMap<QuestionKey, Answer> = new Map(),
  own: readonly QuestionKey[] = [],
) => {
  let clock = NOW;
  const written: Buffer[] = [];
  const asked: QuestionKey[] = [];
  const shared = {
    readPopular: () => Promise.resolve(list),
    writePopular: (next: Buffer) => void written.push(next),
    get: (key: QuestionKey) => {
      asked.push(key);
      clock += 20;
      return Promise.resolve(held.get(key));
    },
  };
  const tier = new CachingTier(
    new Store(bytes(10_000_000), milliseconds(0)),
    { resolve: () => Promise.reject(new Error("not asked")) },
    {
      keepStaleMs: 0,
      staleAfterMs: 0,
      failureMs: 0,
      failureWithReserveMs: 0,
      prefetchHits: Infinity,
      mostInFlight: 10,
    },
    () => clock,
  );
  const warmer = new Warmer({
    reader: shared,
    writer: shared,
    tier,
    names: 1_000,
    popular: (most) => Promise.resolve(own.slice(0, most)),
    clock: () => clock,
    log: noLog,
  });
  return { warmer, tier, written, asked };
};

describe("warming", () => {
  it("fetches the popular names' answers that still hold", async () => {
    const held = new Map([
      [A, answerFor(NAMES[0], 300, NOW)],
      [B, answerFor(NAMES[1], 300, NOW - 400_000)],
    ]);
    const { warmer, tier } = scene(encodePopular([A, B, C]), held);
    assert.equal(await warmer.warm(), 1);
    assert.deepEqual(
      [A, B, C].map((key) => tier.lookup(key, NOW) !== undefined),
      [true, false, false],
    );
  });

  it("is content without a list", async () => {
    assert.equal(await scene(undefined).warmer.warm(), 0);
  });

  it("ends after three seconds, whatever is left", async () => {
    const many = Array.from({ length: 500 }, (_, i) => keyFor(`n${i}.example`));
    const { warmer, asked } = scene(encodePopular(many));
    await warmer.warm();
    assert.ok(asked.length >= 150 && asked.length < 300, `${asked.length} at 20 ms each`);
  });

  it("writes its own popular names before what the list held", async () => {
    const { warmer, written } = scene(encodePopular([A, B]), new Map(), [C, B]);
    await warmer.write();
    assert.deepEqual(
      written.map((list) => decodePopular(list, 10)),
      [[C, B, A]],
    );
  });

  it("writes nothing when it knows of nothing", async () => {
    const { warmer, written } = scene(encodePopular([A, B]));
    await warmer.write();
    assert.deepEqual(written, []);
  });
});
