import assert from "node:assert/strict";
import { LAB_ADDRESS, LAB_TTL_SECONDS } from "../../lab/names/corefile";
import { SITES, type LabSite } from "../../lab/plan";
import { waitFor } from "../../lab/process/waitFor";
import type { DnsLoadReport } from "./support/dnsLoad";
import { gatewayPids, serverPid } from "./support/processes";
import { RESOLVER_NAMESPACE, Resolvers, type Replica } from "./support/resolvers";
import { world, type World } from "./support/world";

/** A worker ends with its master, and a gateway that hangs for long with its kubelet's patience. */
function signalIfThere(pid: number, signal: "SIGKILL" | "SIGCONT"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

/** A datagram or two may be lost on a busy machine; a resolver that leaves queries lie loses more than that. */
const MOST_SENT_AGAIN = 0.01;

function noneFailed(when: string, { asked, failures, sentAgain, slowestMs }: DnsLoadReport): void {
  console.log(
    `      ${when}: ${asked} queries, ${failures.length} failed, ${sentAgain} sent again, the slowest took ` +
      `${slowestMs} ms`,
  );
  assert.deepEqual(failures, []);
  assert.ok(
    sentAgain <= Math.max(1, asked * MOST_SENT_AGAIN),
    `${sentAgain} of ${asked} queries had no answer at first`,
  );
}

const REPLICAS = 2;
const QUERIES_A_SECOND = 100;
/** So many at least while something happens: a failover is over before a dozen are asked. */
const LEAST_QUERIES = 300;
/**
 * Of waits that nothing but a broken site outlasts: mounts follow their Secret in a minute and a half, a gateway is
 * started again after some more.
 */
const PATIENCE_MS = 300_000;
const MOST_ROUNDS = 10;

describe("the resolvers", () => {
  let w: World;
  let here: Resolvers;
  let replicas: readonly [Replica, Replica];
  let everyReplica: readonly (readonly [Resolvers, Replica])[];
  const all = new Map<LabSite, Resolvers>();
  /** A word that no earlier run has used in a name. */
  const run = Date.now().toString(36);
  before(async () => {
    w = await world();
    const ready = await Promise.all(
      SITES.map(async (site) => {
        const resolvers = new Resolvers(w, site);
        all.set(site, resolvers);
        return (await resolvers.ready(REPLICAS)).map((replica) => [resolvers, replica] as const);
      }),
    );
    everyReplica = ready.flat();
    here = all.get("primary") ?? assert.fail();
    const [first, second] = everyReplica.filter(([resolvers]) => resolvers === here).map(([, replica]) => replica);
    assert.ok(first !== undefined && second !== undefined);
    replicas = [first, second];
    await w.settled("primary");
  });

  const sum = async (metric: string): Promise<number> =>
    (await Promise.all(replicas.map((replica) => here.metric(replica, metric)))).reduce((a, b) => a + b, 0);
  /** Of the replicas of both sites. */
  const sumOfAll = async (metric: string): Promise<number> =>
    (await Promise.all(everyReplica.map(([at, replica]) => at.metric(replica, metric)))).reduce((a, b) => a + b, 0);
  /**
   * What `work` finds while the shared cache fails nobody. A breaker that what came before had opened closes by itself;
   * and where an
   * operation takes more than its tenth of a second, as on a busy machine, its replica rightly asks upstream: then
   * `work` is done
   * again, with another word for its names, and what it found or threw says nothing.
   */
  const whileCacheWorks = async <T>(work: (word: string) => Promise<T>): Promise<T> => {
    for (let round = 1; ; round++) {
      await waitFor(async () => (await sumOfAll("heimdall_l2_breaker")) === 0, {
        what: "every replica uses the cache",
        deadlineMs: PATIENCE_MS,
      });
      const before = await sumOfAll("heimdall_l2_errors_total");
      const [found] = await Promise.allSettled([work(`${round}-${run}`)]);
      const failed = (await sumOfAll("heimdall_l2_errors_total")) - before;
      if (failed === 0 || round === MOST_ROUNDS) {
        if (found.status === "rejected") throw found.reason;
        return found.value;
      }
      console.log(`      the shared cache failed ${failed} times meanwhile: once more`);
    }
  };
  /** What one replica learnt is written without anybody waiting for it. */
  const isShared = async (name: string, site: LabSite = "primary", deadlineMs = 30_000): Promise<void> => {
    const client = await w.client(site, "heimdall", "read");
    try {
      await waitFor(async () => (await client.get(`heimdall:dns:cache:${name}:A:IN`)) !== null, {
        what: `${name} in the cache`,
        deadlineMs,
        everyMs: 20,
      });
    } finally {
      client.disconnect();
    }
  };
  const asked = (mark: number, part: string): number =>
    w.lab.names.askedSince(mark).filter(({ name }) => name.includes(part)).length;
  /** Each site's queries while `during` runs; none of them may fail. */
  const noneFails = async (during: () => Promise<void>): Promise<void> => {
    const [first, second] = SITES.map((site) => all.get(site) ?? assert.fail());
    let other: Awaited<ReturnType<Resolvers["loadDuring"]>> | undefined;
    const own = await first?.loadDuring(QUERIES_A_SECOND, async () => {
      other = await second?.loadDuring(QUERIES_A_SECOND, during, LEAST_QUERIES);
    });
    for (const [at, report] of [own, other].entries()) {
      noneFailed(`at ${SITES[at]}`, report ?? assert.fail());
      assert.ok((report?.asked ?? 0) > 100, JSON.stringify(report));
    }
  };

  it("answer dig over UDP and over TCP, absent names and answers too large for a datagram", async () => {
    const mark = w.lab.names.mark();
    const udp = await here.dig(`a-${run}.lab.test`, "A");
    assert.deepEqual(
      [udp.rcode, udp.transport, udp.records.map(({ data }) => data)],
      ["NOERROR", "UDP", [LAB_ADDRESS]],
    );
    const tcp = await here.dig(`b-${run}.lab.test`, "+tcp", "A");
    assert.deepEqual(
      [tcp.rcode, tcp.transport, tcp.records.map(({ data }) => data)],
      ["NOERROR", "TCP", [LAB_ADDRESS]],
    );
    assert.equal((await here.dig(`c-${run}.absent.lab.test`, "A")).rcode, "NXDOMAIN");
    const large = await here.dig(`d-${run}.large.lab.test`, "TXT");
    assert.deepEqual(
      [large.rcode, large.transport, large.records.length],
      ["NOERROR", "TCP", 12],
      "truncated over UDP, whole over TCP",
    );
    assert.ok(
      w.lab.names.askedSince(mark).some(({ name, protocol }) => name.includes(`d-${run}`) && protocol === "tcp"),
      "the resolver went on over TCP too",
    );
  });

  it("share what they know: 8 names at each of 2 replicas are 8 questions upstream", async () => {
    const [first, second] = replicas;
    const l2Hits = (): Promise<number> => here.metric(second, 'heimdall_cache_hits_total{tier="l2"}');
    const { upstream, hits } = await whileCacheWorks(async (word) => {
      const names = Array.from({ length: 8 }, (_, i) => `shared-${i}-${word}.lab.test`);
      const mark = w.lab.names.mark();
      const before = await l2Hits();
      for (const name of names) assert.equal((await here.digReplica(first, name, "A")).rcode, "NOERROR");
      for (const name of names) await isShared(name);
      for (const name of names) assert.equal((await here.digReplica(second, name, "A")).rcode, "NOERROR");
      return { upstream: asked(mark, "shared-"), hits: (await l2Hits()) - before };
    });
    assert.deepEqual({ upstream, hits }, { upstream: 8, hits: 8 });
  });

  it("count TTLs down together, and the other region's with them", async () => {
    const [first, second] = replicas;
    const there = all.get("dr") ?? assert.fail();
    const { shown, upstream } = await whileCacheWorks(async (word) => {
      const name = `aged-${word}.lab.test`;
      const mark = w.lab.names.mark();
      const begun = performance.now();
      const fresh = (await here.digReplica(first, name, "A")).records[0]?.ttl ?? 0;
      const answered = performance.now();
      assert.ok(fresh <= LAB_TTL_SECONDS && fresh >= LAB_TTL_SECONDS - (answered - begun) / 1000 - 1, `TTL ${fresh}`);
      await isShared(name);
      await isShared(name, "dr");
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      // Each by itself: its age is known as well as the moments at which it was asked for and answered, whatever lies
      // between.
      const shown: { readonly ttl: number; readonly least: number; readonly most: number }[] = [];
      for (const ask of [
        () => here.digReplica(first, name, "A"),
        () => here.digReplica(second, name, "A"),
        () => there.dig(name, "A"),
      ]) {
        const at = performance.now();
        const ttl = (await ask()).records[0]?.ttl ?? 0;
        shown.push({
          ttl,
          least: LAB_TTL_SECONDS - (performance.now() - begun) / 1000 - 1,
          most: LAB_TTL_SECONDS - (at - answered) / 1000 + 1,
        });
      }
      return { shown, upstream: asked(mark, "aged-") };
    });
    assert.ok(
      shown.every(({ ttl, least, most }) => ttl >= least && ttl <= most && ttl <= LAB_TTL_SECONDS - 2),
      JSON.stringify(shown),
    );
    assert.equal(upstream, 1);
  });

  it("touch their own keys only, by a user that may do no more", async () => {
    const name = `own-${run}.lab.test`;
    await here.dig(name, "A");
    await isShared(name);
    const client = await w.client("primary", "heimdall");
    try {
      assert.ok(await client.get(`heimdall:dns:cache:${name}:A:IN`), "the seed's key");
      await assert.rejects(client.get("cache:e2e:1"), /NOPERM/);
      await assert.rejects(client.keys("*"), /NOPERM/);
      await assert.rejects(client.flushdb(), /NOPERM/);
    } finally {
      client.disconnect();
    }
  });

  it("keep their password in one Secret, which holds no other", async () => {
    const passwords = await w.deployment.passwords();
    for (const path of [
      "/api/v1/namespaces/NS/pods",
      "/api/v1/namespaces/NS/configmaps",
      "/apis/apps/v1/namespaces/NS/deployments",
    ]) {
      const text = JSON.stringify(await w.get("primary", path.replace("NS", RESOLVER_NAMESPACE)));
      for (const password of Object.values(passwords)) assert.ok(!text.includes(password), path);
    }
    const secrets = JSON.stringify(await w.get("primary", `/api/v1/namespaces/${RESOLVER_NAMESPACE}/secrets`));
    const found = Object.entries(passwords)
      .filter(([, password]) => secrets.includes(Buffer.from(password).toString("base64")))
      .map(([user]) => user);
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
        await waitFor(async () => (await sum(left)) === 2 * replicas.length, {
          what: "the cache is left out",
          deadlineMs: 180_000,
          everyMs: 100,
        });
        assert.equal((await here.dig(known, "A")).rcode, "NOERROR");
        assert.equal((await here.dig(`fresh-${run}.lab.test`, "A")).rcode, "NOERROR");
      } finally {
        for (const pid of pids) signalIfThere(pid, "SIGCONT");
      }
      await waitFor(async () => (await sum(left)) === 0, {
        what: "the cache is used again",
        deadlineMs: PATIENCE_MS,
        everyMs: 100,
      });
    });
    noneFailed("gateways frozen", report);
  });

  it("find a password that was rotated", async () => {
    const fresh = `rotated-${run}-0123456789abcdef`;
    const old = (await w.deployment.passwords())["heimdall"] ?? assert.fail();
    const rotate = async (password: string): Promise<void> => {
      const value = Buffer.from(password).toString("base64");
      for (const site of SITES) {
        for (const [namespace, name, key] of [
          ["cache", "dragonfly-passwords", "heimdall"],
          [RESOLVER_NAMESPACE, "resolver-redis", "password"],
        ] as const) {
          await w.apply(site, `/api/v1/namespaces/${namespace}/secrets/${name}`, {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name, namespace },
            data: { [key]: value },
          });
        }
      }
    };
    /** Sessions outlive a change of their password: every one is made anew, by gateways that are. */
    const shareBy = async (password: string): Promise<void> => {
      for (const pid of gatewayPids(w, "primary")) signalIfThere(pid, "SIGKILL");
      await waitFor(shares, { what: `the replicas share by ${password}`, deadlineMs: PATIENCE_MS, everyMs: 500 });
    };
    const logsIn = async (site: LabSite, password: string): Promise<boolean> => {
      try {
        (await w.client(site, "heimdall", "read", password)).disconnect();
        return true;
      } catch {
        return false;
      }
    };
    /** Of both sites' servers: the other one is to be primary next. */
    const takesAlone = async (right: string, wrong: string): Promise<void> => {
      for (const site of SITES) {
        await waitFor(async () => (await logsIn(site, right)) && !(await logsIn(site, wrong)), {
          what: `${site}'s server takes the password of now alone`,
          deadlineMs: PATIENCE_MS,
          everyMs: 500,
        });
      }
    };
    try {
      const report = await here.loadDuring(QUERIES_A_SECOND, async () => {
        await rotate(fresh);
        await takesAlone(fresh, old);
        await shareBy("the new password");
      });
      noneFailed("password rotated", report);
    } finally {
      await rotate(old);
      await takesAlone(old, fresh);
      // The pods' mounts follow within a minute and a half, when the kubelet looks; what comes next makes new sessions.
      await shareBy("the old password");
    }
  });

  let turn = 0;
  /** Whether the second replica learns from the first. */
  async function shares(): Promise<boolean> {
    const name = `turn-${++turn}-${run}.lab.test`;
    const [first, second] = replicas;
    const mark = w.lab.names.mark();
    await here.digReplica(first, name, "A");
    // With the primary in the other region it takes a round trip to come back into this one's copy.
    await isShared(name, "primary", 5_000);
    await here.digReplica(second, name, "A");
    return asked(mark, `turn-${turn}-`) === 1;
  }

  it("fail no query through a switchover, in either region", async () => {
    await w.settled("primary");
    await noneFails(async () => {
      const { code, stdout, stderr } = await w.cli("switchover", "--to", "dr");
      assert.equal(code, 0, stdout + stderr);
      await w.serving("dr");
      await waitFor(shares, {
        what: "primary's replicas share by the new primary",
        deadlineMs: PATIENCE_MS,
        everyMs: 200,
      });
    });
  });

  it("fail no query while the primary's server is killed and the other region takes over", async () => {
    await w.settled("dr");
    await noneFails(async () => {
      process.kill(serverPid(w, "dr"), "SIGKILL");
      const { code, stdout, stderr } = await w.failover("primary", "--yes", "--force");
      assert.equal(code, 0, stdout + stderr);
      await w.serving("primary");
      await waitFor(shares, { what: "primary's replicas share again", deadlineMs: PATIENCE_MS, everyMs: 200 });
    });
  });
});
