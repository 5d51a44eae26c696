import assert from "node:assert/strict";
import { SITES, type LabSite } from "../../lab/plan";
import { startClient, type RunningClient } from "../../lab/clients/startClient";
import { world, type World } from "./support/world";

const LIBRARIES = ["ioredis", "node-redis", "redis-py"] as const;
/** A client that is back goes on within this, on a busy machine too. */
const BACK_MS = 30_000;

describe("clients in their default configuration, through a switchover to and fro", () => {
  let w: World;
  const clients: RunningClient[] = [];
  before(async () => {
    w = await world();
    await w.settled("primary");
    const password = (await w.deployment.passwords())["appcache"] ?? "";
    for (const beside of SITES)
      for (const library of LIBRARIES)
        clients.push(await startClient(w.deployment, { library, beside, user: "appcache", password }));
  });
  after(() => clients.forEach((client) => client.end()));

  const move = async (to: LabSite): Promise<void> => {
    const { code, stdout, stderr } = await w.cli("switchover", "--to", to);
    assert.equal(code, 0, stdout + stderr);
    await w.settled(to);
  };

  it("see no error reply, and are all back by themselves", async () => {
    await move("dr");
    await move("primary");
    // One that has not come back yet is given its time; one that never comes back fails below.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    for (const client of clients.splice(0)) {
      const report = await client.stop();
      console.log(
        `      ${report.library} beside ${client.beside}: ${report.operations} operations, longest gap ` +
          `${report.longestGapMs} ms, other errors ${JSON.stringify(report.otherErrors)}`,
      );
      assert.deepEqual(report.errorReplies, {}, `${report.library} beside ${client.beside}`);
      assert.ok(report.operations > 50, JSON.stringify(report));
      assert.ok(report.sinceLastMs < BACK_MS, JSON.stringify(report));
      // Nobody waits to the end of what the gateway lets him wait.
      assert.ok(report.longestGapMs < BACK_MS, JSON.stringify(report));
    }
  });
});
