import assert from "node:assert/strict";
import { Resolution } from "../../../resolver/back/resolution";
import { Upstreams } from "../../../resolver/back/upstreams";
import type { Answer } from "../../../resolver/cache/answer";
import { ResolutionFailure } from "../../../resolver/cache/source";
import { answerFor, keyFor } from "../support/answers";

const NAME = "www.example.com";
const KEY = keyFor(NAME);
const NOW = 1_000_000_000;
const fresh = answerFor(NAME, 300, NOW);

const scene = (held: Answer | undefined, upstream: "up" | "down" = "up") => {
  const put: Answer[] = [];
  const ask = (): Promise<Answer> =>
    upstream === "up" ? Promise.resolve(fresh) : Promise.reject(new ResolutionFailure("down"));
  const next = new Upstreams({ ask }, { put: (_, answer) => void put.push(answer) });
  return {
    put,
    resolution: new Resolution({
      shared: { get: () => Promise.resolve(held) },
      next,
      keepStaleMs: 60_000,
      clock: () => NOW,
    }),
  };
};

describe("finding an answer", () => {
  it("takes what the shared cache has, and asks nobody", async () => {
    const held = answerFor(NAME, 300, NOW - 299_000);
    const { put, resolution } = scene(held, "down");
    assert.deepEqual(await resolution.resolve(KEY, "answer"), { answer: held, tier: "l2", isStale: false });
    assert.deepEqual(put, []);
  });

  it("asks upstream for what nobody has, and tells the shared cache", async () => {
    const { put, resolution } = scene(undefined);
    assert.deepEqual(await resolution.resolve(KEY, "answer"), { answer: fresh, tier: "upstream", isStale: false });
    assert.deepEqual(put, [fresh]);
  });

  it("refreshes what is about to expire everywhere, and takes what another replica has refreshed", async () => {
    assert.equal(
      (await scene(answerFor(NAME, 300, NOW - 285_000)).resolution.resolve(KEY, "refresh")).tier,
      "upstream",
    );
    assert.equal((await scene(answerFor(NAME, 300, NOW - 5_000)).resolution.resolve(KEY, "refresh")).tier, "l2");
  });

  it("takes nothing that has expired from a shared cache that still holds it, unless upstreams fail", async () => {
    const expired = answerFor(NAME, 300, NOW - 301_000);
    assert.equal((await scene(expired).resolution.resolve(KEY, "answer")).tier, "upstream");
    assert.deepEqual(await scene(expired, "down").resolution.resolve(KEY, "answer"), {
      answer: expired,
      tier: "l2",
      isStale: true,
    });
    await assert.rejects(
      scene(answerFor(NAME, 300, NOW - 361_000), "down").resolution.resolve(KEY, "answer"),
      ResolutionFailure,
    );
  });

  it("goes on with what it has when a refresh fails", async () => {
    const held = answerFor(NAME, 300, NOW - 285_000);
    assert.deepEqual(await scene(held, "down").resolution.resolve(KEY, "refresh"), {
      answer: held,
      tier: "l2",
      isStale: false,
    });
  });
});
