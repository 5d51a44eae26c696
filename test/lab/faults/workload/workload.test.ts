import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkHistory } from "../../../../lab/faults/checker/checkHistory";
import { HistoryFile, readHistory } from "../../../../lab/faults/history/historyFile";
import { monotonicMs } from "../../../../lab/faults/history/operation";
import { readFinal } from "../../../../lab/faults/workload/readFinal";
import { Workload } from "../../../../lab/faults/workload/workload";
import { connect } from "../../../../lab/load/connection";
import { findRedisServer, TestRedis } from "../../load/redisServer";

const PROMISED = { losses: null, twoSites: null, served: "fault" };

describe("workload of the fault scenarios, on a real server", () => {
  const binary = findRedisServer();
  let server: TestRedis;
  let folder: string;
  before(async function () {
    if (binary === null) return this.skip();
    server = await TestRedis.start(binary);
    folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-faults-"));
  });
  after(async () => {
    await server?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  it("writes histories in which the checker finds nothing, and then what was taken away behind its back", async () => {
    const { credentials, endpoint } = server;
    const url = `redis://${endpoint.host}:${endpoint.port}`;
    const workload = new Workload({ folder, run: "t", credentials, url: () => url });
    const events = new HistoryFile(folder, "events");
    const note = (event: string): void => events.add({ event, at: monotonicMs(), wall: "" });
    await workload.writes("primary", 60);
    note("fault");
    for (const site of ["primary", "dr"] as const) await workload.writes(site, 60);
    note("writers stop");
    await workload.stop();
    const finals = async (): Promise<void> => {
      const history = readHistory(folder);
      events.add({ final: await readFinal(history, { site: "primary", access: "primary", url, credentials }) });
      events.add({ final: await readFinal(history, { site: "dr", access: "copy", url, credentials }) });
    };
    await finals();
    const history = readHistory(folder);
    const report = checkHistory(history, PROMISED);
    assert.deepEqual(report.violations, []);
    assert.ok(report.acknowledged >= 180 && report.reads > 0, JSON.stringify(report));

    const redis = await connect(endpoint, credentials);
    await redis.rpop("cache:faults:t:list:3");
    redis.disconnect();
    const again = await readFinal(history, { site: "primary", access: "primary", url, credentials });
    const kinds = checkHistory({ ...history, finals: [again] }, PROMISED).violations.map(({ kind }) => kind);
    assert.deepEqual([...new Set(kinds)], ["lost"]);
    events.close();
  });
});
