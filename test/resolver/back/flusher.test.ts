import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { Redis } from "ioredis";
import { Flusher, isMeant, keysOf } from "../../../resolver/back/flusher";
import type { SharedWriter } from "../../../resolver/l2/sharedWriter";
import { Tombstones, type Invalidation } from "../../../resolver/l2/tombstones";
import { noLog } from "../../../resolver/log";
import { nameFromText } from "../../../resolver/wire/presentation";
import { typeFromText } from "../../../resolver/wire/typeNames";
import { keyFor } from "../support/answers";
import { until } from "../support/until";

const NAME = nameFromText("www.example.com");
const AAAA = typeFromText("AAAA") ?? 0;

/** A connection that listens; `confirm` says what comes of a subscription. */
class Listener extends EventEmitter {
  status = "ready";
  readonly subscribed: string[] = [];
  constructor(public confirm: () => Promise<unknown> = () => Promise.resolve()) {
    super();
  }
  subscribe(channel: string): Promise<unknown> {
    this.subscribed.push(channel);
    return this.confirm();
  }
  disconnect(): void {
    this.status = "end";
    this.emit("end");
  }
}

const scene = (shared?: Partial<SharedWriter>) => {
  const forgotten: Invalidation[] = [];
  const tombstones = new Tombstones();
  const forget = (invalidation: Invalidation): number => forgotten.push(invalidation);
  const flusher = new Flusher({
    prefix: "p",
    shared: shared as SharedWriter | undefined,
    tombstones,
    forget,
    clock: () => 5_000,
    log: noLog,
    heartbeatMs: 5,
  });
  const hear = (text: string): void => {
    const listener = new Listener();
    flusher.listen(listener as unknown as Redis);
    listener.emit("message", "p:invalidate", text);
    listener.disconnect();
  };
  return { flusher, forgotten, tombstones, hear };
};

describe("flushing", () => {
  it("means every type of a name, or one, and no other name", () => {
    const all = { name: NAME, type: undefined };
    assert.ok(isMeant(all, keyFor("www.example.com")));
    assert.ok(isMeant(all, keyFor("www.example.com", "AAAA", { dnssecOk: true })));
    assert.ok(!isMeant(all, keyFor("www.example.com.au")));
    assert.ok(!isMeant(all, keyFor("a.www.example.com")));
    assert.ok(isMeant({ name: NAME, type: AAAA }, keyFor("www.example.com", "AAAA")));
    assert.ok(!isMeant({ name: NAME, type: AAAA }, keyFor("www.example.com", "A")));
  });

  it("removes every key that the name may stand under", () => {
    const keys = new Set(keysOf(NAME, undefined));
    for (const type of ["A", "AAAA", "HTTPS", "TXT"])
      for (const dnssecOk of [true, false]) assert.ok(keys.has(keyFor("www.example.com", type, { dnssecOk })));
    assert.equal(keysOf(NAME, AAAA).length, 4);
  });

  it("forgets here, in the shared cache, and tells the others when", async () => {
    const published: string[] = [];
    const { flusher, forgotten, tombstones } = scene({
      remove: (keys) => Promise.resolve(keys.length),
      publish: (channel, text) => Promise.resolve(published.push(`${channel} ${text}`)),
    });
    const result = await flusher.flush(NAME, AAAA);
    assert.deepEqual(result, { name: "www.example.com", local: 1, shared: 4, told: 1, problems: [] });
    assert.deepEqual(forgotten, [{ name: NAME, type: AAAA, at: 5_000 }]);
    assert.deepEqual(published, ['p:invalidate {"name":"www.example.com","type":"AAAA","at":5000}']);
    assert.ok(tombstones.covers(NAME, AAAA, 5_000));
  });

  it("says what it could not do, and does the rest", async () => {
    const { flusher, forgotten } = scene({
      remove: () => Promise.reject(new Error("readonly")),
      publish: () => Promise.resolve(2),
    });
    const { shared, told, problems } = await flusher.flush(NAME, undefined);
    assert.deepEqual([shared, told, forgotten.length], [undefined, 2, 1]);
    assert.deepEqual(problems, [
      "removing from the shared cache: readonly; flush again when the shared cache can be written to",
    ]);
  });

  it("is local without a shared cache", async () => {
    assert.deepEqual(await scene().flusher.flush(NAME, undefined), {
      name: "www.example.com",
      local: 1,
      shared: undefined,
      told: undefined,
      problems: [],
    });
  });

  it("hears what others flush; what a clock ahead of this one says ends now", () => {
    const { forgotten, hear, tombstones } = scene();
    hear('{"name":"www.example.com","at":999999}');
    assert.deepEqual(forgotten, [{ name: NAME, type: undefined, at: 5_000 }]);
    assert.ok(!tombstones.covers(NAME, AAAA, 5_001));
  });

  it("hears nothing in what is no invalidation", () => {
    const { forgotten, hear } = scene();
    for (const text of [
      "",
      "{",
      "null",
      "[]",
      '{"name":1,"at":1}',
      '{"name":"a..b","at":1}',
      '{"name":"a"}',
      '{"name":"a","at":1,"type":"NONE"}',
    ])
      hear(text);
    assert.deepEqual(forgotten, []);
  });

  it("gives a connection up that no longer confirms that it listens", async () => {
    const { flusher } = scene();
    const listener = new Listener();
    flusher.listen(listener as unknown as Redis);
    await until("it is tried now and then", () => listener.subscribed.length >= 3);
    listener.confirm = () => Promise.reject(new Error("Command timed out"));
    await until("it is given up", () => listener.status === "end");
    const { length } = listener.subscribed;
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(listener.subscribed.length, length);
  });
});
