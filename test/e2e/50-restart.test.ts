import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { waitFor } from "../../lab/process/waitFor";
import { cpuSeconds, guardPid, residentMiB, serverPid } from "./support/processes";
import { ENGINE, world, type World } from "./support/world";

/** Percent of a core at rest. Seen: 1.4 to 2. */
const MOST_CPU = 3;

describe("what restarts", () => {
  let w: World;
  before(async () => {
    w = await world();
    await w.serving("primary");
    await w.inSync("dr");
  });

  it("a killed guard beside an uninterrupted server: clients notice nothing", async () => {
    const client = await w.client("primary");
    const old = guardPid(w, "primary");
    process.kill(old, "SIGKILL");
    await waitFor(() => guardPid(w, "primary") !== old, { what: "a new guard", deadlineMs: 60_000 });
    await w.serving("primary");
    await waitFor(async () => (await w.firstWrite("primary", "cache:guard")) < 5_000, { what: "writes", deadlineMs: 30_000 });
    client.disconnect();
  });

  it("a killed replica comes back in its role", async () => {
    process.kill(serverPid(w, "dr"), "SIGKILL");
    await w.statusWhere("dr", "has noticed", (status) => status.replication?.inSync !== true);
    await w.inSync("dr");
    assert.equal((await w.status("dr"))?.serving, false);
  });

  it("a deleted primary pod saves its data and serves again", async () => {
    const client = await w.client("primary");
    await client.set("cache:kept", "1");
    client.disconnect();
    const before = ((await w.get("primary", "/api/v1/namespaces/cache/pods/dragonfly-0")) as { metadata: { uid: string } }).metadata.uid;
    await w.remove("primary", "/api/v1/namespaces/cache/pods/dragonfly-0");
    await waitFor(async () => {
      const pod = (await w.get("primary", "/api/v1/namespaces/cache/pods/dragonfly-0")) as { metadata: { uid: string } } | undefined;
      return pod !== undefined && pod.metadata.uid !== before;
    }, { what: "a new pod", deadlineMs: 180_000 });
    await w.statusWhere("primary", "serves", (status) => status.serving, 120_000);
    await w.firstWrite("primary", "cache:again");
    const again = await w.client("primary");
    assert.equal(await again.get("cache:kept"), "1");
    again.disconnect();
    await w.inSync("dr");
  });

  it("a killed primary, older than its replica, holds; the replica is not emptied; a failover goes on from it", async () => {
    const client = await w.client("primary");
    await client.set("cache:late", "1");
    const replica = await w.client("dr", "appcache", "read");
    await waitFor(async () => (await replica.get("cache:late")) === "1", { what: "the key in dr", deadlineMs: 10_000, everyMs: 20 });
    process.kill(serverPid(w, "primary"), "SIGKILL");
    await w.statusWhere("primary", "holds", (status) => status.phase === "Holding" && /newer data/.test(status.reason), 120_000);
    assert.equal(await (await w.client("dr", "appcache", "read")).get("cache:late"), "1");
    const { code, stdout, stderr } = await w.cli("failover", "--to", "dr", "--yes");
    assert.equal(code, 0, stdout + stderr);
    await w.serving("dr");
    await w.inSync("primary");
    const after = await w.client("primary");
    assert.equal(await after.get("cache:late"), "1");
    client.disconnect();
    replica.disconnect();
    after.disconnect();
  });

  it("a frozen primary: the failover goes on without it, and it wakes up closed", async () => {
    await w.serving("dr");
    await w.inSync("primary");
    const frozen = serverPid(w, "dr");
    process.kill(frozen, "SIGSTOP");
    const { code, stdout, stderr } = await w.cli("failover", "--to", "primary", "--yes", "--force");
    try {
      assert.equal(code, 0, stdout + stderr);
      await w.serving("primary");
      await waitFor(() => !existsSync(`/proc/${frozen}`), { what: "the frozen server is ended", deadlineMs: 30_000 });
    } finally {
      try {
        process.kill(frozen, "SIGCONT");
      } catch {
        // Ended, as it should be.
      }
    }
    await w.statusWhere("dr", "in sync", (status) => status.replication?.inSync === true, 120_000);
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
    for (const until = performance.now() + 90_000; share > MOST_CPU && performance.now() < until; ) share = await shareOf(5_000);
    const memory = residentMiB(pid);
    console.log(`      guard (${ENGINE}): ${memory.toFixed(0)} MiB resident, ${share.toFixed(1)} % of a core`);
    assert.ok(memory <= 96, `${memory} MiB`);
    assert.ok(share <= MOST_CPU, `${share} % of a core`);
  });
});
