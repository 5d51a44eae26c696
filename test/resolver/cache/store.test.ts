import assert from "node:assert/strict";
import { bytes, milliseconds } from "../../../server/types";
import { Store } from "../../../resolver/cache/store";
import { answerFor, keyFor } from "../support/answers";

const DAY = milliseconds(86_400_000);

describe("the local store", () => {
  it("stays within its bytes, and drops what was used longest ago", () => {
    const store = new Store(bytes(20_000), DAY);
    for (let i = 0; i < 1_000; i++) {
      store.put(keyFor(`n${i}.example`), answerFor(`n${i}.example`, 60));
      store.get(keyFor("n0.example"));
      assert.ok(store.bytes <= 20_000);
    }
    assert.ok(store.size > 20 && store.size < 50, `${store.size} entries`);
    assert.ok(store.get(keyFor("n0.example")), "used all the time");
    assert.ok(store.get(keyFor("n999.example")), "the newest");
    assert.equal(store.get(keyFor("n500.example")), undefined);
  });

  it("keeps nothing that must not be kept", () => {
    const store = new Store(bytes(20_000), DAY);
    store.put(keyFor("a.example"), answerFor("a.example", 0));
    assert.equal(store.size, 0);
  });

  it("sweeps what has been stale for too long, and nothing else", () => {
    const store = new Store(bytes(1_000_000), milliseconds(10_000));
    store.put(keyFor("old.example"), answerFor("old.example", 60));
    store.put(keyFor("stale.example"), answerFor("stale.example", 65));
    assert.equal(store.sweep(69_000, 100), 0);
    assert.equal(store.sweep(70_001, 100), 1);
    assert.equal(store.get(keyFor("old.example")), undefined);
    assert.ok(store.get(keyFor("stale.example")));
  });

  it("knows the popular ones; popularity fades with each renewal", () => {
    const store = new Store(bytes(1_000_000), DAY);
    for (const [name, hits] of [
      ["a.example", 4],
      ["b.example", 9],
      ["c.example", 0],
    ] as const) {
      store.put(keyFor(name), answerFor(name, 60));
      const entry = store.get(keyFor(name));
      assert.ok(entry);
      entry.hits = hits;
    }
    assert.deepEqual(store.popular(10), [
      [keyFor("b.example"), 9],
      [keyFor("a.example"), 4],
    ]);
    store.put(keyFor("b.example"), answerFor("b.example", 60));
    assert.deepEqual(store.popular(1), [[keyFor("b.example"), 4]]);
  });
});
