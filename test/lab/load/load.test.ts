import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readAckLog } from "../../../lab/load/ackLog";
import type { LossReport } from "../../../lab/load/checkLoad";
import type { WriteSummary } from "../../../lab/load/writeLoad";
import { findRedisServer, TestRedis } from "./redisServer";

const FOLDER = resolve(__dirname, "../../../lab/load");

interface Finished<T> {
  readonly exitCode: number | null;
  readonly result: T;
  readonly stderr: string;
}

class Command<T> {
  private stdout = "";
  private stderr = "";
  readonly finished: Promise<Finished<T>>;

  constructor(readonly process: ChildProcess) {
    process.stdout?.on("data", (chunk) => (this.stdout += String(chunk)));
    process.stderr?.on("data", (chunk) => (this.stderr += String(chunk)));
    this.finished = once(process, "close").then(([exitCode]) => ({ exitCode: exitCode as number | null, result: (this.stdout === "" ? null : JSON.parse(this.stdout)) as T, stderr: this.stderr }));
  }
}

const command = <T>(name: string, flags: readonly string[]): Command<T> =>
  new Command(spawn(process.execPath, ["--import", "tsx", join(FOLDER, name), ...flags], { stdio: ["ignore", "pipe", "pipe"] }));

describe("lab/load: writer and checker, processes beside a real server", function () {
  this.timeout(60_000);
  let server: TestRedis;
  let runs = 0;

  before(async function () {
    const binary = findRedisServer();
    if (binary === null) return this.skip();
    server = await TestRedis.start(binary);
  });
  after(() => server?.stop());

  const target = (): string[] => ["--url", server.url, "--user", "appcache", "--password-file", server.passwordFile];
  const newLog = (): string => join(server.folder, `run${++runs}.log`);
  const write = (log: string, flags: readonly string[]): Command<WriteSummary> =>
    command("writer.ts", [...target(), "--run", `run${runs}`, "--prefix", `cache:run${runs}:`, "--ack-log", log, ...flags]);
  const check = (...logs: readonly string[]): Promise<Finished<LossReport>> =>
    command<LossReport>("checker.ts", [...target(), "--wait", "3", ...logs.flatMap((log) => ["--ack-log", log])]).finished;
  const acknowledged = async (log: string, count: number): Promise<void> => {
    while (!existsSync(log) || readFileSync(log, "utf8").split("\nA ").length <= count) await delay(10);
  };

  it("finds every write of a server that kept them", async () => {
    const log = newLog();
    const { exitCode, result } = await write(log, ["--seconds", "30", "--max-writes", "20000", "--pipeline", "10"]).finished;
    assert.deepEqual({ exitCode, acked: result.acked, unknown: result.unknown, errors: result.errors }, { exitCode: 0, acked: 20_000, unknown: 0, errors: {} });
    const report = await check(log);
    assert.equal(report.exitCode, 0);
    assert.deepEqual(
      { acknowledged: report.result.acknowledged, missing: report.result.missing, wrong: report.result.wrong, complete: report.result.complete },
      { acknowledged: 20_000, missing: 0, wrong: 0, complete: true },
    );
  });

  it("keeps to its rate", async () => {
    const { result } = await write(newLog(), ["--seconds", "2", "--rate", "500"]).finished;
    // Never above it; how far below is the machine's matter.
    assert.ok(result.acked > 100 && result.acked <= 1_010, `${result.acked} writes in 2 s at 500/s`);
  });

  it("sees the writes that a server lost half way", async () => {
    const log = newLog();
    const writer = write(log, ["--seconds", "30", "--max-writes", "3000", "--rate", "3000"]);
    await acknowledged(log, 1_000);
    const admin = await server.admin();
    await admin.flushall();
    await admin.quit();
    const { result } = await writer.finished;
    const report = await check(log);
    assert.equal(report.exitCode, 1);
    assert.equal(report.result.acknowledged, result.acked);
    assert.ok(report.result.missing >= 1_000 && report.result.missing < result.acked, `${report.result.missing} missing of ${result.acked}`);
    // Of writes on their way at once any may be acknowledged first; the log says which was.
    const [first] = (await readAckLog(log)).entries;
    assert.equal(report.result.firstMissing?.key, `cache:run${runs}:${first?.number}`);
  });

  it("counts exactly the keys that are gone or have another value", async () => {
    const log = newLog();
    await write(log, ["--seconds", "30", "--max-writes", "1000"]).finished;
    const admin = await server.admin();
    // Far apart: of writes that are on their way at once any may be acknowledged first.
    await admin.del(`cache:run${runs}:7`, `cache:run${runs}:500`, `cache:run${runs}:999`);
    await admin.set(`cache:run${runs}:10`, "another");
    await admin.quit();
    const { exitCode, result } = await check(log);
    assert.deepEqual([exitCode, result.missing, result.wrong, result.firstMissing?.key, result.lastMissing?.key], [1, 3, 1, `cache:run${runs}:7`, `cache:run${runs}:999`]);
  });

  it("goes on with new numbers after a kill, and loses what the server's last dump lacked", async () => {
    const log = newLog();
    const writer = write(log, ["--seconds", "60", "--max-writes", "4000", "--rate", "2000"]);
    await acknowledged(log, 500);
    const admin = await server.admin();
    await admin.save();
    await acknowledged(log, 1_000);
    await server.kill("SIGKILL");
    await delay(300); // the outage whose length the gap must show
    await server.run();
    const { result } = await writer.finished;
    assert.ok((result.longestGap?.ms ?? 0) >= 300, `gap of ${result.longestGap?.ms} ms`);
    assert.ok((result.errors["ECONNREFUSED"] ?? 0) > 0, JSON.stringify(result.errors));
    const { entries } = await readAckLog(log);
    assert.equal(new Set(entries.map(({ number }) => number)).size, entries.length, "a number was used twice");
    const report = await check(log);
    assert.equal(report.exitCode, 1);
    assert.ok(report.result.missing > 0 && report.result.missing <= report.result.withinWindow.lost + 500, JSON.stringify(report.result));
    assert.equal(report.result.unknown, result.unknown);
  });

  it("reconnects when its user is closed and opened again, and takes refusals for no acknowledgement", async () => {
    const log = newLog();
    const writer = write(log, ["--seconds", "60", "--max-writes", "2000", "--rate", "1000"]);
    await acknowledged(log, 200);
    const admin = await server.admin();
    await admin.call("ACL", "SETUSER", "appcache", "OFF", "-@all");
    await admin.call("CLIENT", "KILL", "USER", "appcache");
    await delay(200);
    await admin.call("ACL", "SETUSER", "appcache", "ON", "+@all", "-@dangerous", "+info");
    await admin.quit();
    const { result } = await writer.finished;
    assert.ok((result.errors["WRONGPASS"] ?? 0) > 0, JSON.stringify(result.errors));
    assert.equal((await check(log)).exitCode, 0);
  });

  it("judges several logs together", async () => {
    const [first, second] = [newLog(), newLog()];
    await write(first, ["--seconds", "30", "--max-writes", "100"]).finished;
    await command("writer.ts", [...target(), "--run", "other", "--prefix", "cache:other:", "--ack-log", second, "--seconds", "30", "--max-writes", "50"]).finished;
    assert.equal((await check(first, second)).result.acknowledged, 150);
  });

  it("takes no finding for no loss: nothing acknowledged, or no answer, is not exit code 0", async () => {
    const log = newLog();
    const refused = await command<WriteSummary>("writer.ts", [...target(), "--prefix", "other:", "--ack-log", log, "--seconds", "5", "--max-writes", "20"]).finished;
    assert.equal(refused.exitCode, 1);
    assert.deepEqual([refused.result.acked, refused.result.errors], [0, { NOPERM: 20 }]);
    assert.equal((await check(log)).exitCode, 1);
    const silent = await command<LossReport>("checker.ts", ["--url", "redis://127.0.0.1:1", "--user", "appcache", "--password-file", server.passwordFile, "--wait", "0", "--ack-log", log.replace(/\d+\.log/, "1.log")]).finished;
    assert.equal(silent.exitCode, 2);
    assert.match(silent.stderr, /^127\.0\.0\.1:1 gave no answer within 0 s \(ECONNREFUSED\)/);
  });

  it("tells every problem of its flags at once and prints no password", async () => {
    const { exitCode, stderr } = await command("writer.ts", ["--url", "http://x", "--user", "u", "--password-file", "/none", "--seconds", "0", "--ack-log", "x", "--rate", "many"]).finished;
    assert.equal(exitCode, 2);
    for (const problem of ["--url", "/none", "--seconds 0", "--rate many", "--prefix: missing"]) assert.ok(stderr.includes(problem), `${problem} not in ${stderr}`);
    const inUrl = await command("writer.ts", ["--url", "redis://u:hidden@127.0.0.1:1", "--user", "u", "--password-file", server.passwordFile, "--seconds", "1", "--prefix", "p", "--ack-log", "x"]).finished;
    assert.equal(inUrl.exitCode, 2);
    assert.ok(!inUrl.stderr.includes("hidden"));
  });

  it("seeds keys and verifies them at another endpoint", async () => {
    const flags = [...target(), "--prefix", "cache:seed:", "--count", "30000", "--wait", "2"];
    const good = await command<{ written: { written: number }; verified: { present: number } }>("seed.ts", [...flags, "--verify-url", server.url]).finished;
    assert.deepEqual([good.exitCode, good.result.written.written, good.result.verified.present], [0, 30_000, 30_000]);
    const binary = findRedisServer();
    assert.ok(binary);
    const empty = await TestRedis.start(binary);
    try {
      const bad = await command<{ verified: { missing: number } }>("seed.ts", [...flags, "--verify-url", empty.url]).finished;
      assert.deepEqual([bad.exitCode, bad.result.verified.missing], [1, 30_000]);
    } finally {
      await empty.stop();
    }
  });
});
