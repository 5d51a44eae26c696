import assert from "node:assert/strict";
import { LAB_ADDRESS, LAB_TTL_SECONDS } from "../../lab/names/corefile";
import { SITES, type LabSite } from "../../lab/plan";
import { waitFor } from "../../lab/process/waitFor";
import { gatewayPids, serverPid } from "./support/processes";
import { RESOLVER_NAMESPACE, Resolvers, type Replica } from "./support/resolvers";
import { world, type World } from "./support/world";

/** A worker ends with its master. */
function endIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

const REPLICAS = 2;
const QUERIES_A_SECOND = 100;
/** So many at least while something happens: a failover is over before a dozen are asked. */
const LEAST_QUERIES = 300;

describe("the resolvers", () => {
  let w: World;
  let here: Resolvers;
  let replicas: readonly Replica[];
  const all = new Map<LabSite, Resolvers>();
  /** A word that no earlier run has used in a name. */
  const run = Date.now().toString(36);
  before(async () => {
    w = await world();
    for (const site of SITES) {
      all.set(site, new Resolvers(w, site));
      await all.get(site)?.ready(REPLICAS);
    }
    here = all.get("primary") ?? assert.fail();
    replicas = await here.ready(REPLICAS);
    await w.serving("primary");
    await w.inSync("dr");
  });

  const sum = async (metric: string): Promise<number> => (await Promise.all(replicas.map((replica) => here.metric(replica, metric)))).reduce((a, b) => a + b, 0);
  /** A breaker that what came before this test had opened closes by itself. */
  const usesL2 = async (): Promise<void> => {
    await waitFor(async () => (await sum("heimdall_l2_breaker")) === 0, { what: "every replica uses the cache", deadlineMs: 30_000 });
  };
  /** What one replica learnt is written without anybody waiting for it. */
  const isShared = async (name: string): Promise<void> => {
    const client = await w.client("primary", "heimdall", "read");
    try {
      await waitFor(async () => (await client.get(`heimdall:dns:cache:${name}:A:IN`)) !== null, { what: `${name} in the cache`, deadlineMs: 10_000, everyMs: 20 });
    } finally {
      client.disconnect();
    }
  };
  const asked = (mark: number, part: string): number => w.lab.names.askedSince(mark).filter(({ name }) => name.includes(part)).length;
  /** Each site's queries while `during` runs; none of them may fail. */
  const noneFails = async (during: () => Promise<void>): Promise<void> => {
    const [first, second] = SITES.map((site) => all.get(site) ?? assert.fail());
    let other: Awaited<ReturnType<Resolvers["loadDuring"]>> | undefined;
    const own = await first?.loadDuring(QUERIES_A_SECOND, async () => {
      other = await second?.loadDuring(QUERIES_A_SECOND, during, LEAST_QUERIES);
    });
    for (const [at, report] of [own, other].entries()) {
      console.log(`      at ${SITES[at]}: ${report?.asked} queries, ${report?.failures.length} failed, the slowest took ${report?.slowestMs} ms`);
      assert.ok((report?.asked ?? 0) > 100, JSON.stringify(report));
      assert.deepEqual(report?.failures, []);
    }
  };

  it("answer dig over UDP and over TCP, absent names and answers too large for a datagram", async () => {
    const mark = w.lab.names.mark();
    const udp = await here.dig(`a-${run}.lab.test`, "A");
    assert.deepEqual([udp.rcode, udp.transport, udp.records.map(({ data }) => data)], ["NOERROR", "UDP", [LAB_ADDRESS]]);
    const tcp = await here.dig(`b-${run}.lab.test`, "+tcp", "A");
    assert.deepEqual([tcp.rcode, tcp.transport, tcp.records.map(({ data }) => data)], ["NOERROR", "TCP", [LAB_ADDRESS]]);
    assert.equal((await here.dig(`c-${run}.absent.lab.test`, "A")).rcode, "NXDOMAIN");
    const large = await here.dig(`d-${run}.large.lab.test`, "TXT");
    assert.deepEqual([large.rcode, large.transport, large.records.length], ["NOERROR", "TCP", 12], "truncated over UDP, whole over TCP");
    assert.ok(w.lab.names.askedSince(mark).some(({ name, protocol }) => name.includes(`d-${run}`) && protocol === "tcp"), "the resolver went on over TCP too");
  });

  it("share what they know: 8 names at each of 2 replicas are 8 questions upstream", async () => {
    await usesL2();
    const mark = w.lab.names.mark();
    const [first, second] = replicas;
    assert.ok(first !== undefined && second !== undefined);
    const before = await here.metric(second, 'heimdall_cache_hits_total{tier="l2"}');
    for (let i = 0; i < 8; i++) assert.equal((await here.digReplica(first, `shared-${i}-${run}.lab.test`, "A")).rcode, "NOERROR");
    for (let i = 0; i < 8; i++) await isShared(`shared-${i}-${run}.lab.test`);
    for (let i = 0; i < 8; i++) assert.equal((await here.digReplica(second, `shared-${i}-${run}.lab.test`, "A")).rcode, "NOERROR");
    assert.equal(asked(mark, `shared-`), 8);
    assert.equal((await here.metric(second, 'heimdall_cache_hits_total{tier="l2"}')) - before, 8);
  });

  it("count TTLs down together, and the other region's with them", async () => {
    const name = `aged-${run}.lab.test`;
    const [first, second] = replicas;
    assert.ok(first !== undefined && second !== undefined);
    await usesL2();
    const begun = performance.now();
    assert.equal((await here.digReplica(first, name, "A")).records[0]?.ttl, LAB_TTL_SECONDS);
    const mark = w.lab.names.mark();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const there = all.get("dr") ?? assert.fail();
    // Asked at the same time, as far as a busy machine lets them be.
    const shown = await waitFor(
      async () => {
        const at = performance.now();
        const ttls = await Promise.all([here.digReplica(first, name, "A"), here.digReplica(second, name, "A"), there.dig(name, "A")]);
        return performance.now() - at < 900 ? ttls.map(({ records }) => records[0]?.ttl ?? 0) : undefined;
      },
      { what: "three answers within a second", deadlineMs: 60_000 },
    );
    assert.ok(Math.max(...shown) - Math.min(...shown) <= 1, `TTLs ${shown.join(", ")}`);
    const age = (performance.now() - begun) / 1000;
    assert.ok(shown.every((ttl) => ttl <= LAB_TTL_SECONDS - 3 && ttl >= LAB_TTL_SECONDS - Math.ceil(age) - 1), `TTLs ${shown.join(", ")} after ${age.toFixed(1)} s`);
    assert.equal(asked(mark, `aged-`), 0);
  });

  it("touch their own keys only, by a user that may do no more", async () => {
    const client = await w.client("primary", "heimdall");
    try {
      assert.ok(await client.get(`heimdall:dns:cache:shared-0-${run}.lab.test:A:IN`), "the seed's key");
      await assert.rejects(client.get("cache:e2e:1"), /NOPERM/);
      await assert.rejects(client.keys("*"), /NOPERM/);
      await assert.rejects(client.flushdb(), /NOPERM/);
    } finally {
      client.disconnect();
    }
  });

  it("keep their password in one Secret, which holds no other", async () => {
    const passwords = await w.deployment.passwords();
    for (const path of ["/api/v1/namespaces/NS/pods", "/api/v1/namespaces/NS/configmaps", "/apis/apps/v1/namespaces/NS/deployments"]) {
      const text = JSON.stringify(await w.get("primary", path.replace("NS", RESOLVER_NAMESPACE)));
      for (const password of Object.values(passwords)) assert.ok(!text.includes(password), path);
    }
    const secrets = JSON.stringify(await w.get("primary", `/api/v1/namespaces/${RESOLVER_NAMESPACE}/secrets`));
    const found = Object.entries(passwords).filter(([, password]) => secrets.includes(Buffer.from(password).toString("base64"))).map(([user]) => user);
    assert.deepEqual(found, ["heimdall"]);
  });

  it("go on without the cache while its gateways hang, and use it again by themselves", async () => {
    const known = `known-${run}.lab.test`;
    await here.dig(known, "A");
    const pids = gatewayPids(w, "primary");
    assert.ok(pids.length >= 2);
    const left = 'heimdall_l2_breaker{side="read"}';
    const other = all.get("primary") ?? assert.fail();
    const report = await other.loadDuring(QUERIES_A_SECOND, async () => {
      for (const pid of pids) process.kill(pid, "SIGSTOP");
      try {
        await waitFor(async () => (await sum(left)) === 2 * replicas.length, { what: "the cache is left out", deadlineMs: 15_000, everyMs: 100 });
        assert.equal((await here.dig(known, "A")).rcode, "NOERROR");
        assert.equal((await here.dig(`fresh-${run}.lab.test`, "A")).rcode, "NOERROR");
      } finally {
        for (const pid of pids) process.kill(pid, "SIGCONT");
      }
      await waitFor(async () => (await sum(left)) === 0, { what: "the cache is used again", deadlineMs: 30_000, everyMs: 100 });
    });
    console.log(`      gateways frozen: ${report.asked} queries, ${report.failures.length} failed, the slowest took ${report.slowestMs} ms`);
    assert.deepEqual(report.failures, []);
  });

  it("find a password that was rotated", async () => {
    const fresh = `rotated-${run}-0123456789abcdef`;
    const old = (await w.deployment.passwords())["heimdall"] ?? assert.fail();
    const rotate = async (password: string): Promise<void> => {
      const value = Buffer.from(password).toString("base64");
      for (const site of SITES) {
        for (const [namespace, name, key] of [["cache", "dragonfly-passwords", "heimdall"], [RESOLVER_NAMESPACE, "resolver-redis", "password"]] as const) {
          await w.apply(site, `/api/v1/namespaces/${namespace}/secrets/${name}`, { apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, data: { [key]: value } });
        }
      }
    };
    /** Sessions outlive a change of their password: every one is made anew, by gateways that are. */
    const shareBy = async (password: string, deadlineMs: number): Promise<void> => {
      for (const pid of gatewayPids(w, "primary")) endIfThere(pid);
      await waitFor(shares, { what: `the replicas share by ${password}`, deadlineMs, everyMs: 500 });
    };
    const logsIn = async (password: string): Promise<boolean> => {
      try {
        (await w.client("primary", "heimdall", "write", password)).disconnect();
        return true;
      } catch {
        return false;
      }
    };
    try {
      const report = await here.loadDuring(QUERIES_A_SECOND, async () => {
        await rotate(fresh);
        await waitFor(async () => (await logsIn(fresh)) && !(await logsIn(old)), { what: "the server takes the new password alone", deadlineMs: 120_000, everyMs: 500 });
        await shareBy("the new password", 120_000);
      });
      assert.deepEqual(report.failures, []);
    } finally {
      await rotate(old);
      await waitFor(() => logsIn(old), { what: "the old password is back", deadlineMs: 120_000, everyMs: 500 });
      // The pods' mounts follow within a minute and a half, when the kubelet looks; what comes next makes new sessions.
      await shareBy("the old password", 150_000);
    }
  });

  let turn = 0;
  /** Whether the second replica learns from the first. */
  async function shares(): Promise<boolean> {
    const name = `turn-${++turn}-${run}.lab.test`;
    const [first, second] = replicas;
    assert.ok(first !== undefined && second !== undefined);
    const mark = w.lab.names.mark();
    await here.digReplica(first, name, "A");
    await here.digReplica(second, name, "A");
    return asked(mark, `turn-${turn}-`) === 1;
  }

  it("fail no query through a switchover, in either region", async () => {
    await noneFails(async () => {
      const { code, stdout, stderr } = await w.cli("switchover", "--to", "dr");
      assert.equal(code, 0, stdout + stderr);
      await w.serving("dr");
      await waitFor(shares, { what: "primary's replicas share by the new primary", deadlineMs: 120_000, everyMs: 200 });
    });
  });

  it("fail no query while the primary's server is killed and the other region takes over", async () => {
    await w.inSync("primary");
    await noneFails(async () => {
      process.kill(serverPid(w, "dr"), "SIGKILL");
      const { code, stdout, stderr } = await w.cli("failover", "--to", "primary", "--yes", "--force");
      assert.equal(code, 0, stdout + stderr);
      await w.serving("primary");
      await waitFor(shares, { what: "primary's replicas share again", deadlineMs: 120_000, everyMs: 200 });
    });
  });
});
