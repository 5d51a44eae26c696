import assert from "node:assert/strict";
import { allAlerts } from "../../components/monitoring/alerts";
import { rows } from "../../components/monitoring/panels";
import type { LabSite } from "../../lab/plan";
import { siteOf } from "../../lab/plan";
import { Prometheus } from "../../lab/monitoring/prometheus";
import { waitFor } from "../../lab/process/waitFor";
import { cacheDirectory } from "../../lab/paths";
import { Progress } from "../../lab/progress";
import { Debian } from "../../lab/toolchain/debian";
import { MONITORING_SELECTION } from "../../lab/toolchain/debianPackages";
import { serverPid } from "./support/processes";
import { ENGINE, world, type World } from "./support/world";

/** Alerts wait for minutes; each `for` is divided by this here, so that a test does not. */
const DIVISOR = 10;
const PATIENCE_MS = 240_000;
const SITES: readonly LabSite[] = ["primary", "dr"];

/** Alerts of what the lab's small snapshots and idle resolver are: not of the faults that are made here. */
const ASIDE = ["DragonflySnapshotOld", "DragonflySnapshotNeverProven", "ResolverHitRateLow"];

// Open: Prometheus starts and reads what was deployed; the faults below have not been seen through yet.
describe.skip("alerts, seen by a real Prometheus beside each cluster", () => {
  let w: World;
  let prometheus: Readonly<Record<LabSite, Prometheus>>;

  before(async () => {
    w = await world();
    await w.settled("primary");
    const debian = await Debian.fetch(cacheDirectory(), new Progress(), MONITORING_SELECTION);
    const start = (site: LabSite): Promise<Prometheus> =>
      w.lab.clusters
        .filter(({ plan }) => plan.site === site)
        .map((cluster) =>
          Prometheus.start({
            debian,
            site: siteOf(w.lab.plan, site),
            cgroupEntry: cluster.systemCgroupEntry,
            divisor: DIVISOR,
          }),
        )[0] ?? Promise.reject(new Error(`no cluster ${site}`));
    prometheus = { primary: await start("primary"), dr: await start("dr") };
    await fires({ primary: [], dr: [] });
  });

  /** Waits until just these alerts fire at each site: the right ones, and no other. */
  const fires = async (expected: Readonly<Record<LabSite, readonly string[]>>): Promise<void> => {
    for (const site of SITES)
      await waitFor(
        async () => {
          await prometheus[site].findPods();
          const firing = (await prometheus[site].firing()).filter((name) => !ASIDE.includes(name));
          assert.deepEqual(firing, [...expected[site]].sort());
          return true;
        },
        { what: `${site}: alerts ${expected[site].join(", ") || "none"}`, deadlineMs: PATIENCE_MS, everyMs: 1_000 },
      );
  };

  it("every metric that an alert or a panel names was emitted by a real part", async () => {
    const expressions = [
      ...allAlerts.map(({ expr }) => expr),
      ...rows({ snapshots: true, resolver: true }).flatMap(({ panels }) =>
        panels.flatMap(({ queries }) => queries.map(({ expr }) => expr)),
      ),
    ];
    const named = new Set(
      expressions.flatMap((expr) => expr.match(/\b(?:dragonfly_dr|haproxy|heimdall)_[a-z0-9_]+\b/g) ?? []),
    );
    // Emitted only once there is something to say: their own tests show them.
    const later = ["dragonfly_dr_divergence_writes_upper_bound"];
    await waitFor(
      async () => {
        const known = new Set([...(await prometheus.primary.metricNames()), ...(await prometheus.dr.metricNames())]);
        assert.deepEqual(
          [...named].filter((name) => !known.has(name) && !later.includes(name)),
          [],
        );
        return true;
      },
      { what: "each metric that is named", deadlineMs: PATIENCE_MS, everyMs: 1_000 },
    );
  });

  it("the link is cut: each side says so, and the replica's that no primary can be reached", async () => {
    await w.lab.link.cut();
    try {
      await fires({
        primary: ["DragonflyLinkDown", "DragonflyNoCopy"],
        dr: ["DragonflyLinkDown", "DragonflyNobodyServes", "DragonflyGatewayNoPrimary"],
      });
    } finally {
      await w.lab.link.heal();
    }
    await fires({ primary: [], dr: [] });
  });

  it("the replica's server is frozen", async () => {
    const pid = serverPid(w, "dr");
    process.kill(pid, "SIGSTOP");
    try {
      await fires({ primary: ["DragonflyNoCopy", "DragonflyReplicationLag"], dr: ["DragonflyDown"] });
    } finally {
      try {
        process.kill(pid, "SIGCONT");
      } catch {
        // Ended meanwhile.
      }
    }
    await w.settled("primary");
    await fires({ primary: [], dr: [] });
  });

  it("an application has a wrong password", async () => {
    const denied = async (): Promise<void> => {
      await w
        .client("primary", "appcache", "write", "wrong")
        .then((client) => client.disconnect())
        .catch(() => undefined);
    };
    let on = true;
    const load = (async () => {
      while (on) await denied();
    })();
    try {
      await fires({ primary: ["DragonflyAclDenials"], dr: [] });
    } finally {
      on = false;
      await load;
    }
    await fires({ primary: [], dr: [] });
  });

  it("memory is nearly full, at both sites", async function () {
    if (ENGINE !== "redis") this.skip();
    const client = await w.client("primary");
    const status = await w.serving("primary");
    const block = "x".repeat(1_000_000);
    const wanted = Math.ceil(((status.server?.maxMemoryBytes ?? 0) * 0.93) / 1_000_000);
    for (let i = 0; i < wanted; i++) await client.set(`cache:full:${i}`, block);
    await fires({ primary: ["DragonflyMemoryHigh"], dr: ["DragonflyMemoryHigh"] });
    for (let i = 0; i < wanted; i++) await client.del(`cache:full:${i}`);
    client.disconnect();
    await fires({ primary: [], dr: [] });
  });
});
