import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { decode } from "dns-packet";
import { frame } from "../../../resolver/wire/framing";
import { mutated, plainQuery, queryPacket, queryShape } from "../support/arbitrary";
import { ask, exchangeTcp, exchangeUdp, exchangeUdpUntil, ttlOf } from "../support/client";
import { Replica } from "../support/replica";
import { until } from "../support/until";
import { everyName, record, soa, TestUpstream, type Scenario } from "../support/upstream";

const query = (name: string, id = 1): Buffer => queryPacket(plainQuery(name, id));

/** The processes whose parent is `pid`. */
const childrenOf = (pid: number): readonly number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return (
          Number(
            readFileSync(`/proc/${name}/stat`, "utf8")
              .replace(/^.*\) /, "")
              .split(" ")[1],
          ) === pid
        );
      } catch {
        return false;
      }
    })
    .map(Number);

describe("a replica of the resolver", function () {
  this.timeout(240_000);
  this.slow(3_000);
  const upstreams: TestUpstream[] = [];
  const replicas: Replica[] = [];
  const startUpstream = async (scenario: Scenario): Promise<TestUpstream> => {
    const upstream = await TestUpstream.start(scenario);
    upstreams.push(upstream);
    return upstream;
  };
  const start = async (upstream: TestUpstream, env: Readonly<Record<string, string>> = {}): Promise<Replica> => {
    const replica = await Replica.start({ HEIMDALL_UPSTREAM_SERVERS: upstream.address, HEIMDALL_WORKERS: "2", ...env });
    replicas.push(replica);
    return replica;
  };
  /** Waits for a metric: a worker that is late to say how it is counts as it was when it last said so. */
  const isCounted = (replica: Replica, series: string, value: number): Promise<void> =>
    until(`${series} is ${value}`, async () => (await replica.metric(series)) === value);
  afterEach(async () => {
    for (const upstream of upstreams.splice(0)) upstream.stop();
    for (const replica of replicas.splice(0)) {
      replica.kill();
      await replica.exit();
    }
  });

  it("answers over UDP and TCP on one port, asks once for all its processes, and counts in all of them", async () => {
    const upstream = await startUpstream((asked) => ({ ...everyName(300)(asked), delayMs: 100 }));
    const replica = await start(upstream);
    const begun = performance.now();
    const replies = await exchangeUdp(
      replica.dns,
      Array.from({ length: 40 }, (_, i) => query("www.example.com", i)),
    );
    assert.equal(replies.length, 40);
    const least = 300 - Math.ceil((performance.now() - begun) / 1000);
    for (const reply of replies) {
      const ttl = ttlOf(decode(reply));
      assert.ok(ttl <= 300 && ttl >= least, `${ttl}`);
    }
    const [overTcp] = await exchangeTcp(replica.dns, [query("www.example.com", 77)]);
    assert.equal(overTcp?.readUInt16BE(0), 77);
    assert.equal(upstream.asked.length, 1);
    await isCounted(replica, 'heimdall_queries_total{transport="udp"}', 40);
    await isCounted(replica, 'heimdall_queries_total{transport="tcp"}', 1);
    assert.equal(
      (await replica.metric('heimdall_cache_hits_total{tier="l1"}')) +
        (await replica.metric('heimdall_cache_misses_total{tier="l1"}')),
      41,
    );
    assert.equal(await replica.metric(`heimdall_upstream_up{upstream="${upstream.address}"}`), 1);
    assert.ok((await replica.metric('heimdall_cache_size{tier="l1"}')) >= 1);
    assert.ok((await replica.metric('heimdall_query_duration_seconds_count{origin="upstream"}')) >= 1);
    assert.deepEqual(
      [(await replica.get("/health")).status, (await replica.get("/ready")).status, (await replica.get("/")).status],
      [200, 200, 404],
    );
  });

  it("tells clients of a name that is not there, with the zone's SOA, and asks once", async () => {
    const upstream = await startUpstream(() => ({ rcode: 3, authorities: [soa("example.com", 900, 60)] }));
    const replica = await start(upstream, { HEIMDALL_WORKERS: "1" });
    for (let i = 0; i < 3; i++) {
      const reply = await ask(replica.dns, "nothing.example.com");
      assert.equal(reply.rcode, "NXDOMAIN");
      assert.equal(reply.authorities?.[0]?.type, "SOA");
    }
    assert.equal(upstream.asked.length, 1);
  });

  it("sends what is too large for UDP over TCP", async () => {
    const many = Array.from({ length: 100 }, (_, i) => record("big.example.com", 60, `192.0.2.${i}`));
    const replica = await start(await startUpstream(() => ({ answers: many, truncatedOverUdp: true })), {
      HEIMDALL_WORKERS: "1",
    });
    const overUdp = await ask(replica.dns, "big.example.com");
    assert.deepEqual([overUdp.flag_tc, overUdp.answers?.length], [true, 0]);
    const [overTcp] = await exchangeTcp(replica.dns, [query("big.example.com")]);
    assert.equal(decode(overTcp ?? Buffer.alloc(0)).answers?.length, 100);
  });

  it("serves stale answers while no upstream answers, and fresh ones when one is back", async () => {
    const upstream = await startUpstream(everyName(1));
    const replica = await start(upstream, { HEIMDALL_WORKERS: "1", HEIMDALL_STALE_AFTER_MS: "50" });
    // 1 second, or what is left of it.
    assert.ok(ttlOf(await ask(replica.dns, "www.example.com")) <= 1);
    upstream.scenario = () => ({ tamper: () => [] });
    await until("the answer is stale", async () => ttlOf(await ask(replica.dns, "www.example.com")) === 30);
    assert.ok((await replica.metric("heimdall_stale_answers_total")) >= 1);
    upstream.scenario = everyName(200);
    await until("it is fresh again", async () => ttlOf(await ask(replica.dns, "www.example.com")) > 30, 30_000);
  });

  it("tells nobody of a failure while its only upstream is slow, hangs, or starts again", async () => {
    const queue: (() => void)[] = [];
    const upstream = await startUpstream((asked) => ({ ...everyName(300)(asked), delayMs: 900 + Math.random() * 600 }));
    // A question has far more time than the upstream takes, whatever else the machine does.
    const replica = await start(upstream, { HEIMDALL_UPSTREAM_TIMEOUT: "20" });
    const rcodes = async (prefix: string): Promise<readonly string[]> => {
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, i) => ask(replica.dns, `${prefix}${i}.example`)),
      );
      return [...new Set(replies.map(({ rcode }) => rcode))];
    };
    assert.deepEqual(await rcodes("slow"), ["NOERROR"]);
    upstream.scenario = (asked) => ({ ...everyName(300)(asked), hold: (release) => queue.push(release) });
    const waiting = rcodes("hanging");
    await until("all are asked for", () => queue.length >= 20);
    await delay(2_000);
    upstream.scenario = everyName(300);
    for (const release of queue) release();
    assert.deepEqual(await waiting, ["NOERROR"]);
    upstream.stop();
    const away = rcodes("away");
    await delay(1_500);
    await upstream.listen();
    assert.deepEqual(await away, ["NOERROR"]);
    assert.equal(await replica.metric("heimdall_failures_total"), 0);
  });

  it("lives through thousands of malformed packets over both transports, with the processes it had", async () => {
    const upstream = await startUpstream(everyName(300));
    const replica = await start(upstream, { HEIMDALL_QUERIES_PER_SECOND_PER_IP: "0" });
    const workers = childrenOf(replica.pid);
    assert.equal(workers.length, 2);
    const packets = fc.sample(
      mutated(
        fc.oneof(
          queryShape.map((shape) => queryPacket(shape)),
          fc.uint8Array({ maxLength: 700 }).map((all) => Buffer.from(all)),
        ),
      ),
      6_000,
    );
    // As many as the kernel's queue holds while nobody reads it. Each batch is dealt with before the next.
    const batch = 150;
    const arrived = async (): Promise<number> => replica.metric('heimdall_queries_total{transport="udp"}');
    for (let i = 0; i < packets.length; i += batch) {
      const before = await arrived();
      await exchangeUdpUntil(replica.dns, packets.slice(i, i + batch), async () => (await arrived()) >= before + batch);
      assert.equal((await ask(replica.dns, `alive${i}.example`)).rcode, "NOERROR");
    }
    for (let i = 0; i < 60; i++) await exchangeTcp(replica.dns, [...packets.slice(i * 20, i * 20 + 20)], 20);
    for (const packet of packets.slice(0, 60))
      await exchangeTcp(
        replica.dns,
        [packet.subarray(0, packet.length >> 1)].map((half) => Buffer.concat([frame(packet), half])),
        1,
      );
    assert.ok((await replica.metric("heimdall_packets_dropped_total")) > 500);
    assert.deepEqual(childrenOf(replica.pid), workers);
    assert.equal((await ask(replica.dns, "alive.example")).rcode, "NOERROR");
  });

  it("keeps to its bytes over all its processes, the one that asks upstream included, and counts each", async () => {
    const limit = 2 ** 20;
    const replica = await start(await startUpstream(everyName(300)), {
      HEIMDALL_CACHE_BYTES: String(limit),
      HEIMDALL_QUERIES_PER_SECOND_PER_IP: "0",
    });
    const askFor = async (from: number, to: number): Promise<void> => {
      for (let i = from; i < to; i += 100)
        await exchangeUdp(
          replica.dns,
          Array.from({ length: 100 }, (_, k) => query(`many${i + k}.example`, k)),
        );
    };
    await askFor(0, 200);
    // What a worker has, the process behind it has too.
    await isCounted(replica, 'heimdall_cache_size{tier="l1"}', 400);
    await askFor(200, 4_000);
    await until("it is nearly full", async () => {
      const bytes = await replica.metric('heimdall_cache_size_bytes{tier="l1"}');
      assert.ok(bytes <= limit, `${bytes} of ${limit}`);
      return bytes > limit * 0.9;
    });
  });

  it("limits a client that floods", async () => {
    const replica = await start(await startUpstream(everyName(300)), {
      HEIMDALL_WORKERS: "1",
      HEIMDALL_QUERIES_PER_SECOND_PER_IP: "10",
      HEIMDALL_BURST_SIZE_PER_IP: "20",
    });
    const flood = 400;
    const wholeOf = (replies: readonly Buffer[]): number =>
      replies.filter((reply) => (reply.readUInt8(2) & 0x02) === 0).length;
    let passed = NaN;
    const begun = performance.now();
    const replies = await exchangeUdpUntil(
      replica.dns,
      Array.from({ length: flood }, (_, i) => query("www.example.com", i)),
      async (soFar) => {
        passed = flood - (await replica.metric("heimdall_rate_limited_total"));
        return (await replica.metric('heimdall_queries_total{transport="udp"}')) === flood && wholeOf(soFar) >= passed;
      },
    );
    const most = 20 + ((performance.now() - begun) / 1000) * 10 + 1;
    assert.ok(passed >= 20 && passed <= most, `${passed} passed`);
    assert.equal(wholeOf(replies), passed);
  });

  it("on SIGTERM is not ready, answers on, also what is under way, and ends with its processes", async () => {
    const upstream = await startUpstream((asked) => ({
      ...everyName(300)(asked),
      ...(asked.name.startsWith("slow") ? { delayMs: 400 } : {}),
    }));
    const replica = await start(upstream, { HEIMDALL_DRAIN_SECONDS: "8" });
    const workers = childrenOf(replica.pid);
    replica.terminate();
    await until("it says so", async () => (await replica.get("/ready")).status === 503);
    assert.equal((await replica.get("/health")).status, 200);
    assert.equal((await ask(replica.dns, "quick.example")).rcode, "NOERROR");
    const last = Promise.all([
      exchangeUdp(replica.dns, [query("slow1.example")]),
      exchangeTcp(replica.dns, [query("slow2.example")]),
    ]);
    assert.deepEqual(
      (await last).map((replies) => replies.length),
      [1, 1],
    );
    assert.equal(await replica.exit(), 0);
    assert.equal(replica.events("stopped").length, 1);
    for (const worker of workers) assert.throws(() => process.kill(worker, 0));
  });

  it("replaces a process that died, and its counters do not fall", async () => {
    const replica = await start(await startUpstream(everyName(300)));
    const before = childrenOf(replica.pid);
    await exchangeUdp(
      replica.dns,
      Array.from({ length: 50 }, (_, i) => query("www.example.com", i)),
    );
    await isCounted(replica, 'heimdall_queries_total{transport="udp"}', 50);
    const [victim = -1] = before;
    process.kill(victim, "SIGKILL");
    await until(
      "there are two again",
      () => childrenOf(replica.pid).filter((pid) => pid !== victim).length === 2,
      30_000,
    );
    assert.ok((await replica.metric('heimdall_queries_total{transport="udp"}')) >= 50);
    assert.equal((await ask(replica.dns, "www.example.com")).rcode, "NOERROR");
    assert.equal((await replica.get("/health")).status, 200);
  });

  it("does not start with a configuration that is wrong, and says all that is", async () => {
    const { code, output } = await Replica.run({
      HEIMDALL_WORKERS: "none",
      HEIMDALL_REDIS_URL: "redis://me:sEcret@host/x",
    });
    assert.equal(code, 2);
    assert.equal(output.trim().split("\n").length, 3);
    assert.ok(!output.includes("sEcret"));
  });

  it("does not start on a port that is taken, and its exit code says so", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    try {
      const { port } = taken.address() as AddressInfo;
      for (const workers of ["1", "2"]) {
        const { code, output } = await Replica.run({
          HEIMDALL_UPSTREAM_SERVERS: "127.0.0.1:9",
          HEIMDALL_WORKERS: workers,
          HEIMDALL_BIND_ADDR: `127.0.0.1:${port}`,
        });
        assert.equal(code, 1, output);
        assert.match(output, /EADDRINUSE/);
      }
    } finally {
      taken.close();
    }
  });

  it("shows how it is called", async () => {
    assert.deepEqual(
      await Replica.run({}, ["sing"]).then(({ code, output }) => [code, output.startsWith("usage: resolver")]),
      [2, true],
    );
  });
});
