import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ask, ttlOf } from "../support/client";
import { findRedis, PASSWORD, PREFIX, TestRedis, USER } from "../support/redis";
import { Replica } from "../support/replica";
import { until } from "../support/until";
import { everyName, TestUpstream } from "../support/upstream";

const NAMES = Array.from({ length: 8 }, (_, i) => `n${i}.example`);

describe("replicas that share a cache", function () {
  this.timeout(240_000);
  this.slow(5_000);
  const program = findRedis();
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-resolver-"));
  const passwordFile = join(folder, "password");
  const replicas: Replica[] = [];
  let redis: TestRedis;
  let upstream: TestUpstream;
  before(async function () {
    if (program === null) return this.skip();
    redis = await TestRedis.start(program);
  });
  beforeEach(async () => {
    writeFileSync(passwordFile, `${PASSWORD}\n`);
    await redis.admin.flushall();
    upstream = await TestUpstream.start(everyName(300));
  });
  afterEach(async () => {
    upstream?.stop();
    for (const replica of replicas.splice(0)) {
      replica.kill();
      await replica.exit();
    }
  });
  after(async () => {
    await redis?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (env: Readonly<Record<string, string>> = {}): Promise<Replica> => {
    const replica = await Replica.start({
      HEIMDALL_UPSTREAM_SERVERS: upstream.address,
      HEIMDALL_WORKERS: "1",
      HEIMDALL_REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      HEIMDALL_REDIS_USER: USER,
      HEIMDALL_REDIS_PASSWORD_FILE: passwordFile,
      // What is looked at is sharing; a machine that does much else must not make it a miss.
      HEIMDALL_REDIS_TIMEOUT_MS: "5000",
      ...env,
    });
    replicas.push(replica);
    await until(
      "it listens for invalidations",
      async () => Number((await redis.admin.pubsub("NUMSUB", `${PREFIX}:invalidate`))[1]) === replicas.length,
    );
    // It says "ready" without them after a while; each process that answers has one to read, and one process the others
    // too.
    const workers = Number(env["HEIMDALL_WORKERS"] ?? "1");
    const connections = (link: string): number =>
      replica.events("redis connected").filter((line) => line["link"] === link).length;
    await until(
      "all its connections are there",
      () => connections("write") === 1 && connections("read") === (workers === 1 ? 1 : workers + 1),
    );
    return replica;
  };
  const written = (names: number): Promise<void> =>
    until("the shared cache has the names", async () => (await redis.admin.keys(`${PREFIX}:*:A:IN`)).length === names);

  it("ask upstream once for each name, and count its TTL down alike", async () => {
    const a = await start();
    const b = await start({ HEIMDALL_WORKERS: "2" });
    const begun = performance.now();
    for (const name of NAMES) assert.ok(ttlOf(await ask(a.dns, name)) > 0);
    await written(NAMES.length);
    await delay(2_100);
    for (const name of NAMES) {
      const since = performance.now();
      const ttls = [ttlOf(await ask(a.dns, name)), ttlOf(await ask(b.dns, name))] as const;
      // The second is asked for later than the first, by as much as the machine makes it.
      const apart = 1 + (performance.now() - since) / 1000;
      assert.ok(ttls[0] >= ttls[1] && ttls[0] - ttls[1] <= apart && ttls[1] <= 298, ttls.join());
    }
    assert.equal(
      upstream.asked.length,
      NAMES.length,
      `8 names × 2 replicas: ${upstream.asked.length} upstream queries`,
    );
    await until(
      "b has counted its hits",
      async () => (await b.metric('heimdall_cache_hits_total{tier="l2"}')) === NAMES.length,
    );
    assert.equal(await a.metric('heimdall_cache_misses_total{tier="l2"}'), NAMES.length);
    const left = await redis.admin.pttl(`${PREFIX}:n0.example:A:IN`);
    assert.ok(left > 299_000 - (performance.now() - begun) && left <= 298_000, `${left} ms`);
  });

  it("forget a name everywhere when it is flushed in one", async () => {
    const a = await start({ HEIMDALL_WORKERS: "2" });
    const b = await start();
    for (const name of NAMES) await ask(a.dns, name);
    await written(NAMES.length);
    // b finds them there: it has nothing to write that could come after the flush.
    for (const name of NAMES) await ask(b.dns, name);
    assert.equal(upstream.asked.length, NAMES.length);
    const flushed = await Replica.run(
      { HEIMDALL_UPSTREAM_SERVERS: upstream.address, HEIMDALL_HTTP_BIND_ADDR: `127.0.0.1:${a.http}` },
      ["flush", "N3.example."],
    );
    assert.equal(flushed.code, 0, flushed.output);
    assert.deepEqual(JSON.parse(flushed.output), { name: "n3.example", local: 1, shared: 1, told: 2, problems: [] });
    await until(
      "b has forgotten it too",
      async () => (await b.metric('heimdall_cache_size{tier="l1"}')) === NAMES.length - 1,
    );
    const before = upstream.asked.length;
    for (const name of NAMES) await ask(b.dns, name);
    assert.deepEqual(
      upstream.asked.slice(before).map(({ name }) => name),
      ["n3.example"],
    );
    await written(NAMES.length);
    await ask(a.dns, "n3.example");
    assert.equal(upstream.asked.length, before + 1, "a takes it from the shared cache");
  });

  it("start with what their predecessors' clients asked for most", async () => {
    const first = await start({ HEIMDALL_WORKERS: "2" });
    for (let i = 0; i < 8; i++) for (const name of NAMES) await ask(first.dns, name);
    await written(NAMES.length);
    await first.stop();
    replicas.splice(0);
    upstream.stop();
    upstream = await TestUpstream.start(() => ({ tamper: () => [] }));
    const second = await start();
    assert.equal(second.events("warmed from the shared cache")[0]?.["names"], NAMES.length);
    await redis.admin.flushall();
    for (const name of NAMES) assert.ok(ttlOf(await ask(second.dns, name)) > 0);
    assert.equal(upstream.asked.length, 0);
  });

  it("write to one server and read from the other", async () => {
    assert.ok(program);
    const copy = await TestRedis.start(program);
    try {
      const replica = await start({ HEIMDALL_REDIS_READ_URL: `redis://127.0.0.1:${copy.port}` });
      await ask(replica.dns, "www.example.com");
      await until("it is written", async () => (await redis.admin.exists(`${PREFIX}:www.example.com:A:IN`)) === 1);
      assert.equal(await copy.admin.exists(`${PREFIX}:www.example.com:A:IN`), 0);
      const value = await redis.admin.getBuffer(`${PREFIX}:www.example.com:A:IN`);
      assert.ok(value);
      await copy.admin.set(`${PREFIX}:other.example:A:IN`, value);
      const key = `${PREFIX}:www.example.com:A:IN`;
      await copy.admin.set(key, value);
      const second = await start({ HEIMDALL_REDIS_READ_URL: `redis://127.0.0.1:${copy.port}` });
      await ask(second.dns, "www.example.com");
      // What stands under another name's key is no answer to it.
      await ask(second.dns, "other.example");
      assert.deepEqual(
        upstream.asked.map(({ name }) => name),
        ["www.example.com", "other.example"],
      );
    } finally {
      await copy.stop();
    }
  });

  it("answer on while the server is gone or hangs, and use it again when it is back", async () => {
    const replica = await start({ HEIMDALL_REDIS_TIMEOUT_MS: "100" });
    const timesOf = async (prefix: string): Promise<readonly number[]> => {
      const times: number[] = [];
      for (let i = 0; i < 30; i++) {
        const begun = performance.now();
        assert.equal((await ask(replica.dns, `${prefix}${i}.example`)).rcode, "NOERROR");
        times.push(performance.now() - begun);
      }
      return times;
    };
    redis.freeze();
    const hanging = await timesOf("hangs");
    redis.thaw();
    // The first five wait for the cap, 100 ms, before it is left out; without one they would wait 2 s for the command.
    const usual = hanging.slice(0, 5).sort((a, b) => a - b)[2] ?? NaN;
    assert.ok(usual < 1_500, `${usual} ms`);
    await redis.kill();
    await timesOf("gone");
    await redis.run();
    await until(
      "it is written to again",
      async () => {
        await ask(replica.dns, `back${Date.now()}.example`);
        return (await redis.admin.keys(`${PREFIX}:back*`)).length > 0;
      },
      40_000,
    );
    await until("it is read again", async () => (await replica.metric('heimdall_l2_breaker{side="read"}')) === 0);
    assert.ok(((await replica.metric('heimdall_l2_errors_total{operation="get",kind="slow"}')) || 0) >= 1);
  });

  it("leave the cache out as soon as one of their processes does, and use it again when all do", async () => {
    const replica = await start({ HEIMDALL_WORKERS: "2", HEIMDALL_REDIS_TIMEOUT_MS: "50" });
    const breaker = (): Promise<number> => replica.metric('heimdall_l2_breaker{side="read"}');
    await until("it is used", async () => (await breaker()) === 0);
    redis.freeze();
    try {
      await until("it is left out", async () => {
        assert.equal((await ask(replica.dns, `frozen${Date.now()}.example`)).rcode, "NOERROR");
        return (await breaker()) === 2;
      });
      assert.ok((await replica.metric('heimdall_l2_errors_total{operation="get",kind="slow"}')) >= 1);
    } finally {
      redis.thaw();
    }
    await until("it is used again, without a query", async () => (await breaker()) === 0);
  });

  it("find a rotated password, and never show one", async () => {
    const replica = await start();
    await ask(replica.dns, "one.example");
    await written(1);
    await redis.setPassword("rotated-password_2");
    await until("it is refused", async () => {
      await ask(replica.dns, `r${Date.now()}.example`);
      return replica.output.includes("denied");
    });
    writeFileSync(passwordFile, "rotated-password_2\n");
    await until(
      "it is let in again",
      async () => {
        await ask(replica.dns, `s${Date.now()}.example`);
        return (await redis.admin.keys(`${PREFIX}:s*`)).length > 0;
      },
      40_000,
    );
    const shown = replica.output + (await replica.get("/metrics")).body;
    for (const secret of [PASSWORD, "rotated-password_2"]) assert.ok(!shown.includes(secret));
    await redis.setPassword(PASSWORD);
  });

  it("never show a password that stands in a URL", async () => {
    const replica = await start({
      HEIMDALL_REDIS_PASSWORD_FILE: "",
      HEIMDALL_LOG_LEVEL: "debug",
      HEIMDALL_REDIS_URL: `redis://${USER}:${PASSWORD}@127.0.0.1:${redis.port}`,
    });
    await ask(replica.dns, "one.example");
    await written(1);
    await redis.kill();
    await ask(replica.dns, "two.example");
    await until("it says that the connection failed", () => replica.events("redis connection failed").length > 0);
    assert.ok(!(replica.output + (await replica.get("/metrics")).body).includes(PASSWORD));
    assert.match(replica.output, new RegExp(`redis://${USER}@127\\.0\\.0\\.1:${redis.port}`));
    await redis.run();
  });
});
