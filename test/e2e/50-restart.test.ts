import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import type { SiteRoleStatus } from "../../contract/siteRole";
import type { LabSite } from "../../lab/plan";
import { waitFor } from "../../lab/process/waitFor";
import { cpuSeconds, guardPid, residentMiB, serverPid } from "./support/processes";
import { ENGINE, world, type World } from "./support/world";

/**
 * Percent of a core at rest. Seen: 1.4 to 2 on a quiet machine, 4 on a busy one; a guard that does not rest takes all
 * of it.
 */
const MOST_CPU = 15;

describe("what restarts", () => {
  let w: World;
  before(async () => {
    w = await world();
    await w.settled("primary");
  });

  /** A site's word on a server that came after this one: its last word may be of before. */
  const ofAnother = async (site: LabSite): Promise<(status: SiteRoleStatus) => boolean> => {
    const before = (await w.status(site))?.server?.runId;
    assert.ok(before !== undefined, `${site} knows its server`);
    // What is null is left out by the API server.
    return ({ server }) => server?.runId !== undefined && server.runId !== before;
  };

  it("a killed guard beside an uninterrupted server: clients notice nothing", async () => {
    const client = await w.client("primary");
    const old = guardPid(w, "primary");
    process.kill(old, "SIGKILL");
    await waitFor(() => guardPid(w, "primary") !== old, { what: "a new guard", deadlineMs: 180_000 });
    await w.serving("primary");
    await waitFor(async () => (await w.firstWrite("primary", "cache:guard")) < 5_000, {
      what: "writes",
      deadlineMs: 180_000,
    });
    client.disconnect();
  });

  it("a killed replica comes back in its role", async () => {
    const another = await ofAnother("dr");
    process.kill(serverPid(w, "dr"), "SIGKILL");
    const status = await w.statusWhere(
      "dr",
      "in sync with a new server",
      (now) => another(now) && now.replication?.inSync === true,
    );
    assert.equal(status.serving, false);
    await w.settled("primary");
  });

  it("a deleted primary pod saves its data and serves again", async () => {
    const client = await w.client("primary");
    await client.set("cache:kept", "1");
    client.disconnect();
    const another = await ofAnother("primary");
    const before = (
      (await w.get("primary", "/api/v1/namespaces/cache/pods/dragonfly-0")) as { metadata: { uid: string } }
    ).metadata.uid;
    await w.remove("primary", "/api/v1/namespaces/cache/pods/dragonfly-0");
    await waitFor(
      async () => {
        const pod = (await w.get("primary", "/api/v1/namespaces/cache/pods/dragonfly-0")) as
          { metadata: { uid: string } } | undefined;
        return pod !== undefined && pod.metadata.uid !== before;
      },
      { what: "a new pod", deadlineMs: 300_000 },
    );
    await w.statusWhere("primary", "serves from a new server", (status) => status.serving && another(status), 300_000);
    await w.firstWrite("primary", "cache:again");
    const again = await w.client("primary");
    assert.equal(await again.get("cache:kept"), "1");
    again.disconnect();
    await w.settled("primary");
  });

  it("a killed primary, older than its replica, takes its data and serves again; a failover goes on", async () => {
    const client = await w.client("primary");
    await client.set("cache:late", "1");
    await w.arrives("dr", "cache:late");
    process.kill(serverPid(w, "primary"), "SIGKILL");
    await w.statusWhere("primary", "takes the copy's data", (status) => status.phase === "Recovering");
    assert.equal(await w.reading("dr", (reader) => reader.get("cache:late")), "1");
    await w.settled("primary");
    const healed = await w.client("primary");
    assert.equal(await healed.get("cache:late"), "1");
    healed.disconnect();
    const { code, stdout, stderr } = await w.failover("dr", "--yes", "--force");
    assert.equal(code, 0, stdout + stderr);
    await w.settled("dr");
    const after = await w.client("primary");
    assert.equal(await after.get("cache:late"), "1");
    client.disconnect();
    after.disconnect();
  });

  it("a frozen primary: the failover goes on without it, and it wakes up closed", async () => {
    await w.settled("dr");
    const frozen = serverPid(w, "dr");
    process.kill(frozen, "SIGSTOP");
    const { code, stdout, stderr } = await w.failover("primary", "--yes", "--force");
    try {
      assert.equal(code, 0, stdout + stderr);
      await w.serving("primary");
      await waitFor(() => !existsSync(`/proc/${frozen}`), { what: "the frozen server is ended", deadlineMs: 180_000 });
    } finally {
      try {
        process.kill(frozen, "SIGCONT");
      } catch {
        // Ended, as it should be.
      }
    }
    await w.settled("primary");
  });

  it("the guard is small", async () => {
    const pid = guardPid(w, "primary");
    const shareOf = async (ms: number): Promise<number> => {
      const [cpu, begun] = [cpuSeconds(pid), performance.now()];
      await new Promise((resolve) => setTimeout(resolve, ms));
      return (100 * (cpuSeconds(pid) - cpu)) / ((performance.now() - begun) / 1000);
    };
    // A guard that was just started, or has just acted, is compiled and warmed first: 4 % in its first half minute.
    let share = Infinity;
    for (const until = performance.now() + 90_000; share > MOST_CPU && performance.now() < until;)
      share = await shareOf(5_000);
    const memory = residentMiB(pid);
    console.log(`      guard (${ENGINE}): ${memory.toFixed(0)} MiB resident, ${share.toFixed(1)} % of a core`);
    assert.ok(memory <= 96, `${memory} MiB`);
    assert.ok(share <= MOST_CPU, `${share} % of a core`);
  });
});
