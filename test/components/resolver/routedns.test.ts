import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Resolver } from "node:dns/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderRouteDns } from "../../../components/resolver/routedns";
import { settingsOf } from "../settingsOf";
import { cacheDirectory } from "../../../lab/paths";
import { goToolFolder } from "../../../lab/toolchain/goBuild";
import { ROUTEDNS } from "../../../bench/resolver/tools";
import { findRedis, PASSWORD, TestRedis } from "../../resolver/support/redis";
import { until } from "../../resolver/support/until";
import { everyName, TestUpstream } from "../../resolver/support/upstream";
import { freePort } from "../../support/ports";

const names = Array.from({ length: 8 }, (_, at) => `n${at}.example`);

/** Needs RouteDNS as the benchmark builds it. */
describe("RouteDNS with the rendered configuration", function () {
  this.timeout(180_000);
  const program = join(goToolFolder(cacheDirectory(), ROUTEDNS), "routedns");
  const redisServer = findRedis();
  const directory = mkdtempSync(join(tmpdir(), "routedns-"));
  const running: ChildProcess[] = [];
  let redis: TestRedis | undefined;
  let upstream: TestUpstream | undefined;

  before(async function () {
    if (redisServer === null || !existsSync(program)) return this.skip();
    redis = await TestRedis.start(redisServer);
    upstream = await TestUpstream.start((asked) => ({
      ...everyName(300)(asked),
      truncatedOverUdp: asked.name.startsWith("large"),
    }));
  });

  after(async () => {
    for (const each of running) each.kill("SIGKILL");
    upstream?.stop();
    await redis?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Another replica, asked over its own port. */
  async function replica(at: TestUpstream, cache: TestRedis): Promise<Resolver> {
    const port = await freePort();
    const settings = settingsOf({
      site: "primary",
      environment: "lab",
      network: { apiServer: { cidr: "10.0.0.0/24" } },
      resolver: { enabled: true, implementation: "routedns", image: "routedns:1", upstreams: [at.address] },
    });
    const text = renderRouteDns(settings, PASSWORD)
      .replaceAll('":1053"', `"127.0.0.1:${port}"`)
      .replace("dragonfly.cache.svc.cluster.local:6379", `127.0.0.1:${cache.port}`);
    const file = join(directory, `${port}.toml`);
    writeFileSync(file, text, { mode: 0o600 });
    const started = spawn(program, [file], { stdio: "ignore" });
    running.push(started);
    await Promise.race([
      once(started, "spawn"),
      once(started, "error").then(([error]) => Promise.reject(error as Error)),
    ]);
    const resolver = new Resolver({ timeout: 10_000, tries: 1 });
    resolver.setServers([`127.0.0.1:${port}`]);
    await until("RouteDNS answers", async () => (await resolver.resolve4("up.example").catch(() => [])).length > 0);
    return resolver;
  }

  it("shares answers as the resolvers' user of the cache, and asks over TCP for what was cut", async () => {
    assert.ok(redis !== undefined && upstream !== undefined);
    const first = await replica(upstream, redis);
    for (const name of names) assert.deepEqual(await first.resolve4(name), ["192.0.2.1"]);
    assert.deepEqual(await first.resolve4("large.example"), ["192.0.2.1"]);
    const { admin } = redis;
    await until(
      "all answers are shared",
      async () => (await admin.keys("heimdall:dns:cache:*")).length === names.length + 2,
    );
    const second = await replica(upstream, redis);
    for (const name of [...names, "large.example"]) assert.deepEqual(await second.resolve4(name), ["192.0.2.1"]);
    const asked = upstream.asked.filter(({ name }) => names.includes(name));
    assert.equal(asked.length, names.length, "8 names of 2 replicas");
    assert.deepEqual(
      upstream.asked.filter(({ name }) => name === "large.example").map(({ transport }) => transport),
      ["udp", "tcp"],
    );
    assert.deepEqual(await admin.call("ACL", "LOG"), [], "a command was refused");
  });
});
