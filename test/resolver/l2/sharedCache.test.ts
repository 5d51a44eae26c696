import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wallClock } from "../../../resolver/clock";
import type { FailureKind } from "../../../resolver/l2/failure";
import { RedisLink } from "../../../resolver/l2/link";
import { SharedReader } from "../../../resolver/l2/sharedReader";
import { SharedWriter } from "../../../resolver/l2/sharedWriter";
import { Tombstones } from "../../../resolver/l2/tombstones";
import { createLog } from "../../../resolver/log";
import { nameFromText } from "../../../resolver/wire/presentation";
import { isAtOnce } from "../../support/ownTime";
import { freePort } from "../../support/ports";
import { answerFor, keyFor } from "../support/answers";
import { findRedis, PASSWORD, PREFIX, TestRedis, USER } from "../support/redis";
import { until } from "../support/until";

const KEY = keyFor("example.com");
const SHARED_KEY = `${PREFIX}:example.com:A:IN`;
/** No pause of the machine makes an answer late by so much; where lateness matters, a test gives its own. */
const AMPLE_MS = 20_000;
const CAP_MS = 100;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

interface Scene {
  readonly cache: { readonly reader: SharedReader; readonly writer: SharedWriter };
  readonly failures: FailureKind[];
  readonly log: string[];
  readonly tombstones: Tombstones;
  readonly links: readonly RedisLink[];
}

describe("the shared cache on a real Redis", function () {
  this.timeout(120_000);
  this.slow(5_000);
  const program = findRedis();
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-resolver-"));
  const passwordFile = join(folder, "password");
  const scenes: Scene[] = [];
  let redis: TestRedis;
  before(async function () {
    if (program === null) return this.skip();
    redis = await TestRedis.start(program);
  });
  beforeEach(() => writeFileSync(passwordFile, `${PASSWORD}\n`));
  afterEach(() => {
    for (const { cache, links } of scenes.splice(0)) {
      cache.reader.stop();
      for (const link of links) link.stop();
    }
  });
  after(async () => {
    await redis?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Given {
    readonly read?: number;
    readonly write?: number;
    readonly capMs?: number;
    /** Whether anybody listens there. */
    readonly server?: "there" | "away";
  }

  const connect = async ({
    read = redis.port,
    write: writePort = redis.port,
    capMs = AMPLE_MS,
    server = "there",
  }: Given = {}): Promise<Scene> => {
    const failures: FailureKind[] = [];
    const log: string[] = [];
    const tombstones = new Tombstones();
    const write = createLog("debug", (line) => void log.push(line));
    const link = (name: string, port: number): RedisLink =>
      new RedisLink({
        name,
        endpoint: { host: "127.0.0.1", port, db: 0, tls: "none", username: USER },
        readPassword: async () => (await readFile(passwordFile, "utf8")).trim(),
        ca: undefined,
        commandTimeoutMs: AMPLE_MS,
        log: write,
      });
    const links = [link("read", read), link("write", writePort)] as const;
    const observer = {
      operation: (_: string, failure: FailureKind | undefined) =>
        void (failure === undefined || failures.push(failure)),
    };
    const common = { prefix: PREFIX, observer, clock: wallClock, log: write };
    const cache = {
      reader: new SharedReader({ ...common, mostTtl: 86_400, read: links[0], capMs, tombstones }),
      writer: new SharedWriter({ ...common, compressAbove: 1_024, write: links[1] }),
    };
    const scene = { cache, failures, log, tombstones, links };
    scenes.push(scene);
    for (const each of links) each.start();
    if (server === "there") await until("both links are up", () => links.every((each) => each.client !== undefined));
    return scene;
  };
  const timed = async <T>(work: Promise<T>): Promise<readonly [T, number]> => {
    const begun = performance.now();
    return [await work, performance.now() - begun];
  };

  it("gives back what it was given, with what is left of its time as the key's", async () => {
    const { cache } = await connect();
    const begun = performance.now();
    const answer = answerFor("example.com", 300, Date.now() - 100_000);
    cache.writer.put(KEY, answer);
    await until("it is written", () => cache.writer.writing === 0);
    assert.deepEqual(await cache.reader.get(KEY), answer);
    const left = await redis.admin.pttl(SHARED_KEY);
    assert.ok(left > 199_000 - (performance.now() - begun) && left <= 200_000, `${left} ms`);
  });

  it("does not write what is over", async () => {
    const { cache } = await connect();
    cache.writer.put(keyFor("over.example"), answerFor("over.example", 300, Date.now() - 300_001));
    assert.equal(cache.writer.writing, 0);
  });

  it("says that a value is past its time, though the server still has it", async () => {
    const { cache } = await connect();
    cache.writer.put(KEY, answerFor("example.com", 300, Date.now()));
    await until("it is written", () => cache.writer.writing === 0);
    const value = await redis.admin.getBuffer(SHARED_KEY);
    assert.ok(value);
    value.writeBigUInt64BE(BigInt(Date.now() - 400_000), 2);
    await redis.admin.set(SHARED_KEY, value);
    const answer = await cache.reader.get(KEY);
    assert.ok(answer !== undefined && answer.storedAt < Date.now() - 300_000);
  });

  it("believes no value that is not an answer to the question", async () => {
    const { cache, failures } = await connect();
    for (const value of ["", "x", "\x01\0\0\0\0\0\0\0\0\0\0\0\0\0garbage"]) {
      await redis.admin.set(SHARED_KEY, value);
      assert.equal(await cache.reader.get(KEY), undefined);
    }
    assert.deepEqual(failures, []);
  });

  it("takes a key that holds something else for empty, and writes over it", async () => {
    const { cache, failures } = await connect();
    await redis.admin.del(SHARED_KEY);
    await redis.admin.rpush(SHARED_KEY, "not an answer");
    for (let i = 0; i < 8; i++) assert.equal(await cache.reader.get(KEY), undefined);
    assert.deepEqual([...new Set(failures)], ["type"]);
    assert.equal(cache.reader.breaker, "closed", "one such key is no reason to leave all others out");
    const answer = answerFor("example.com", 300, Date.now());
    cache.writer.put(KEY, answer);
    await until("it is written", () => cache.writer.writing === 0);
    assert.deepEqual(await cache.reader.get(KEY), answer);
  });

  it("leaves out what has been flushed since", async () => {
    const { cache, tombstones } = await connect();
    cache.writer.put(KEY, answerFor("example.com", 300, Date.now()));
    await until("it is written", () => cache.writer.writing === 0);
    tombstones.bury({ name: nameFromText("example.com"), type: undefined, at: Date.now() });
    assert.equal(await cache.reader.get(KEY), undefined);
  });

  it("is let be when nobody is there, at no cost", async () => {
    const port = await freePort();
    const { cache, failures } = await connect({ read: port, write: port, server: "away" });
    for (let i = 0; i < 20; i++) {
      const getting = cache.reader.get(KEY);
      assert.equal(await isAtOnce(getting), true);
      assert.equal(await getting, undefined);
      cache.writer.put(KEY, answerFor("example.com", 300, Date.now()));
    }
    assert.ok(failures.length > 0 && failures.every((kind) => kind === "gone"));
    assert.equal(cache.reader.breaker, "open");
  });

  it("delays an answer by its cap at most when the server hangs, then not at all, and is back", async () => {
    const { cache, failures } = await connect({ capMs: CAP_MS });
    cache.writer.put(KEY, answerFor("example.com", 300, Date.now()));
    await until("it is written", () => cache.writer.writing === 0);
    redis.freeze();
    try {
      const times: number[] = [];
      while (cache.reader.breaker === "closed") times.push((await timed(cache.reader.get(KEY)))[1]);
      // The usual one: on a machine that does much else, any of them may wait for its turn. Uncapped, each would wait
      // for 20 s.
      assert.ok(median(times) < CAP_MS + 1_000, times.join());
      assert.deepEqual(failures, Array(times.length).fill("slow"));
      for (let i = 0; i < 20; i++) assert.equal(await isAtOnce(cache.reader.get(KEY)), true, "left out");
    } finally {
      redis.thaw();
    }
    await until("it is back", async () => (await cache.reader.get(KEY)) !== undefined);
    assert.equal(cache.reader.breaker, "closed");
  });

  it("is back by itself after the server was killed and started", async () => {
    const { cache } = await connect();
    await redis.kill();
    for (let i = 0; i < 10; i++) assert.equal(await cache.reader.get(KEY), undefined);
    await redis.run();
    await until("it is back", async () => {
      cache.writer.put(KEY, answerFor("example.com", 300, Date.now()));
      return (await cache.reader.get(KEY)) !== undefined;
    });
  });

  it("goes on reading from a replica that refuses writes, and says so once", async () => {
    assert.ok(program);
    const replica = await TestRedis.start(program);
    try {
      const { cache, failures } = await connect({ write: replica.port });
      await redis.admin.set(SHARED_KEY, "");
      await replica.admin.replicaof("127.0.0.1", redis.port);
      for (let i = 0; i < 20; i++) {
        cache.writer.put(KEY, answerFor("example.com", 300, Date.now()));
        await until("it is answered", () => cache.writer.writing === 0);
      }
      assert.ok(failures.includes("readonly"));
      assert.equal(cache.writer.breaker, "open");
      assert.equal(cache.reader.breaker, "closed");
      await replica.admin.replicaof("NO", "ONE");
      await replica.admin.del(SHARED_KEY);
      await until("it writes again", async () => {
        cache.writer.put(KEY, answerFor("example.com", 300, Date.now()));
        return (await replica.admin.exists(SHARED_KEY)) === 1;
      });
    } finally {
      await replica.stop();
    }
  });

  it("finds the new password of a user whose sessions were ended, and never logs one", async () => {
    const { cache, log } = await connect();
    await redis.setPassword("rotated_2");
    await until("it notices", async () => {
      await cache.reader.get(KEY);
      return cache.reader.breaker === "open";
    });
    writeFileSync(passwordFile, "rotated_2");
    await until("it is back", async () => {
      cache.writer.put(KEY, answerFor("example.com", 300, Date.now()));
      return (await cache.reader.get(KEY)) !== undefined;
    });
    await redis.setPassword(PASSWORD);
    assert.ok(log.length > 0);
    assert.ok(!/rotated_2|heimdall-password/.test(log.join("")));
  });

  it("sends nothing that its user may not: the server refused no command", async () => {
    const { cache } = await connect();
    await redis.admin.call("ACL", "LOG", "RESET");
    cache.writer.put(KEY, answerFor("example.com", 300, Date.now()));
    await cache.reader.get(KEY);
    await cache.writer.remove([KEY, keyFor("a.example")]);
    await cache.writer.publish(`${PREFIX}:invalidate`, "{}");
    cache.writer.writePopular(Buffer.from("x"));
    await cache.reader.readPopular();
    await until("all is written", () => cache.writer.writing === 0);
    assert.deepEqual(await redis.admin.call("ACL", "LOG"), []);
  });

  it("is not stopped by a server that closes every connection at once", async () => {
    const sockets = new Set<Socket>();
    const rude: Server = createServer((socket) => {
      sockets.add(socket);
      socket.destroy();
    });
    rude.listen(0, "127.0.0.1");
    await once(rude, "listening");
    const address = rude.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { cache } = await connect({ read: port, write: port, server: "away" });
    await until("several attempts were made", () => sockets.size >= 4);
    assert.equal(await cache.reader.get(KEY), undefined);
    rude.close();
  });
});
