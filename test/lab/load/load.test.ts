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
    this.finished = once(process, "close").then(([exitCode]) => ({
      exitCode: exitCode as number | null,
      result: (this.stdout === "" ? null : JSON.parse(this.stdout)) as T,
      stderr: this.stderr,
    }));
  }
}

const command = <T>(name: string, flags: readonly string[]): Command<T> =>
  new Command(
    spawn(process.execPath, ["--import", "tsx", join(FOLDER, name), ...flags], { stdio: ["ignore", "pipe", "pipe"] }),
  );

describe("lab/load: writer and checker, processes beside a real server", function () {
  this.timeout(180_000);
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
    command("writer.ts", [
      ...target(),
      "--run",
      `run${runs}`,
      "--prefix",
      `cache:run${runs}:`,
      "--ack-log",
      log,
      ...flags,
    ]);
  const check = (...logs: readonly string[]): Promise<Finished<LossReport>> =>
    command<LossReport>("checker.ts", [...target(), "--wait", "30", ...logs.flatMap((log) => ["--ack-log", log])])
      .finished;
  const countOf = (log: string, kind: "A" | "U"): number =>
    existsSync(log) ? readFileSync(log, "utf8").split(`\n${kind} `).length - 1 : 0;
  /** So many acknowledgements, beside those that were there already. */
  const acknowledged = async (log: string, more: number): Promise<void> => {
    const before = countOf(log, "A");
    while (countOf(log, "A") < before + more) await delay(10);
  };
  /** A writer goes on until it is told to end: whatever a test does half way is half way, however slow the machine. */
  const ended = <T>({ process: writer, finished }: Command<T>): Promise<Finished<T>> => {
    writer.kill("SIGTERM");
    return finished;
  };

  it("finds every write of a server that kept them", async () => {
    const log = newLog();
    const { exitCode, result } = await write(log, ["--seconds", "120", "--max-writes", "20000", "--pipeline", "10"])
      .finished;
    // A machine that stands still for a second makes the writer give up on a reply: that write is unknown, and no error
    // of the server's.
    const { timeout: late = 0, ...errors } = result.errors;
    assert.deepEqual(
      { exitCode, all: result.acked + result.unknown, unknown: result.unknown, errors },
      { exitCode: 0, all: 20_000, unknown: late, errors: {} },
    );
    const report = await check(log);
    assert.equal(report.exitCode, 0);
    assert.deepEqual(
      {
        acknowledged: report.result.acknowledged,
        missing: report.result.missing,
        wrong: report.result.wrong,
        complete: report.result.complete,
      },
      { acknowledged: result.acked, missing: 0, wrong: 0, complete: true },
    );
  });

  it("keeps to its rate", async () => {
    const { result } = await write(newLog(), ["--seconds", "2", "--rate", "500"]).finished;
    // Never above it, in the time that it took; how far below is the machine's matter. 20 ms may be made up, and each
    // of 4 connections has one more on its way.
    assert.ok(
      result.acked > 50 && result.acked <= 500 * (result.seconds + 0.03) + 5,
      `${result.acked} writes in ${result.seconds} s at 500/s`,
    );
  });

  it("sees the writes that a server lost half way", async () => {
    const log = newLog();
    const writer = write(log, ["--seconds", "120", "--rate", "3000"]);
    await acknowledged(log, 1_000);
    const admin = await server.admin();
    await admin.flushall();
    await admin.quit();
    await acknowledged(log, 200);
    const { result } = await ended(writer);
    const report = await check(log);
    assert.equal(report.exitCode, 1);
    assert.equal(report.result.acknowledged, result.acked);
    assert.ok(
      report.result.missing >= 1_000 && report.result.missing < result.acked,
      `${report.result.missing} missing of ${result.acked}`,
    );
    // Of writes on their way at once any may be acknowledged first; the log says which was.
    const first = (await readAckLog(log)).entries.find(({ outcome }) => outcome === "acknowledged");
    assert.equal(report.result.firstMissing?.key, `cache:run${runs}:${first?.number}`);
  });

  it("counts exactly the keys that are gone or have another value", async () => {
    const log = newLog();
    await write(log, ["--seconds", "120", "--max-writes", "1000"]).finished;
    const admin = await server.admin();
    // Far apart: of writes that are on their way at once any may be acknowledged first.
    await admin.del(`cache:run${runs}:7`, `cache:run${runs}:500`, `cache:run${runs}:999`);
    await admin.set(`cache:run${runs}:10`, "another");
    await admin.quit();
    const { exitCode, result } = await check(log);
    assert.deepEqual(
      [exitCode, result.missing, result.wrong, result.firstMissing?.key, result.lastMissing?.key],
      [1, 3, 1, `cache:run${runs}:7`, `cache:run${runs}:999`],
    );
  });

  it("goes on with new numbers after a kill, and loses what the server's last dump lacked", async () => {
    const log = newLog();
    const writer = write(log, ["--seconds", "120", "--rate", "2000"]);
    await acknowledged(log, 500);
    const admin = await server.admin();
    const saved = countOf(log, "A");
    await admin.save();
    await acknowledged(log, 300);
    const unknownBefore = countOf(log, "U");
    await server.kill("SIGKILL");
    while (countOf(log, "U") === unknownBefore) await delay(10);
    await delay(1_000); // the outage, from when the writer has noticed it, whose length the gap must show
    const back = process.hrtime.bigint();
    await server.run();
    await acknowledged(log, 300);
    const { result } = await ended(writer);
    const { entries } = await readAckLog(log);
    const acks = entries.filter(({ outcome }) => outcome === "acknowledged").map(({ at }) => at.monotonic);
    const before = acks.filter((at) => at < back);
    const last = before.reduce((a, b) => (a > b ? a : b));
    const first = acks.filter((at) => at >= back).reduce((a, b) => (a < b ? a : b));
    assert.ok(
      first - last >= 500_000_000n && (result.longestGap?.ms ?? 0) >= Number(first - last) / 1e6 - 1,
      `gap of ${result.longestGap?.ms} ms, by the log ${(first - last) / 1_000_000n}`,
    );
    assert.ok((result.errors["ECONNREFUSED"] ?? 0) > 0, JSON.stringify(result.errors));
    assert.equal(new Set(entries.map(({ number }) => number)).size, entries.length, "a number was used twice");
    const report = await check(log);
    assert.equal(report.exitCode, 1);
    const { missing, withinWindow, unknown } = report.result;
    assert.ok(
      missing > 0 && missing <= before.length - saved,
      `${missing} missing of ${before.length} before the kill, ${saved} before the dump`,
    );
    assert.ok(withinWindow.lost > 0 && withinWindow.lost <= missing, JSON.stringify(report.result));
    assert.equal(unknown, result.unknown);
  });

  it("reconnects when its user is closed and opened again, and takes refusals for no acknowledgement", async () => {
    const log = newLog();
    const writer = write(log, ["--seconds", "120", "--rate", "1000"]);
    await acknowledged(log, 200);
    const admin = await server.admin();
    await admin.call("ACL", "SETUSER", "appcache", "OFF", "-@all");
    await admin.call("CLIENT", "KILL", "USER", "appcache");
    // The server logs whom it turns away.
    while (!JSON.stringify(await admin.call("ACL", "LOG")).includes('"auth"')) await delay(20);
    await admin.call("ACL", "SETUSER", "appcache", "ON", "+@all", "-@dangerous", "+info");
    await admin.quit();
    await acknowledged(log, 200);
    const { result } = await ended(writer);
    assert.ok((result.errors["WRONGPASS"] ?? 0) > 0, JSON.stringify(result.errors));
    assert.equal((await check(log)).exitCode, 0);
  });

  it("judges several logs together", async () => {
    const [first, second] = [newLog(), newLog()];
    await write(first, ["--seconds", "120", "--max-writes", "100"]).finished;
    await command("writer.ts", [
      ...target(),
      "--run",
      "other",
      "--prefix",
      "cache:other:",
      "--ack-log",
      second,
      "--seconds",
      "120",
      "--max-writes",
      "50",
    ]).finished;
    assert.equal((await check(first, second)).result.acknowledged, 150);
  });

  it("takes no finding for no loss: nothing acknowledged, or no answer, is not exit code 0", async () => {
    const log = newLog();
    const refused = await command<WriteSummary>("writer.ts", [
      ...target(),
      "--prefix",
      "other:",
      "--ack-log",
      log,
      "--seconds",
      "60",
      "--max-writes",
      "20",
    ]).finished;
    assert.equal(refused.exitCode, 1);
    assert.deepEqual([refused.result.acked, refused.result.errors], [0, { NOPERM: 20 }]);
    assert.equal((await check(log)).exitCode, 1);
    const silent = await command<LossReport>("checker.ts", [
      "--url",
      "redis://127.0.0.1:1",
      "--user",
      "appcache",
      "--password-file",
      server.passwordFile,
      "--wait",
      "0",
      "--ack-log",
      log.replace(/\d+\.log/, "1.log"),
    ]).finished;
    assert.equal(silent.exitCode, 2);
    assert.match(silent.stderr, /^127\.0\.0\.1:1 gave no answer within 0 s \(ECONNREFUSED\)/);
  });

  it("tells every problem of its flags at once and prints no password", async () => {
    const { exitCode, stderr } = await command("writer.ts", [
      "--url",
      "http://x",
      "--user",
      "u",
      "--password-file",
      "/none",
      "--seconds",
      "0",
      "--ack-log",
      "x",
      "--rate",
      "many",
    ]).finished;
    assert.equal(exitCode, 2);
    for (const problem of ["--url", "/none", "--seconds 0", "--rate many", "--prefix: missing"])
      assert.ok(stderr.includes(problem), `${problem} not in ${stderr}`);
    const inUrl = await command("writer.ts", [
      "--url",
      "redis://u:hidden@127.0.0.1:1",
      "--user",
      "u",
      "--password-file",
      server.passwordFile,
      "--seconds",
      "1",
      "--prefix",
      "p",
      "--ack-log",
      "x",
    ]).finished;
    assert.equal(inUrl.exitCode, 2);
    assert.ok(!inUrl.stderr.includes("hidden"));
  });

  it("seeds keys and verifies them at another endpoint", async () => {
    const flags = [...target(), "--prefix", "cache:seed:", "--count", "30000"];
    const good = await command<{ written: { written: number }; verified: { present: number } }>("seed.ts", [
      ...flags,
      "--wait",
      "60",
      "--verify-url",
      server.url,
    ]).finished;
    assert.deepEqual([good.exitCode, good.result.written.written, good.result.verified.present], [0, 30_000, 30_000]);
    const binary = findRedisServer();
    assert.ok(binary);
    const empty = await TestRedis.start(binary);
    try {
      const bad = await command<{ verified: { missing: number } }>("seed.ts", [
        ...flags,
        "--wait",
        "5",
        "--verify-url",
        empty.url,
      ]).finished;
      assert.deepEqual([bad.exitCode, bad.result.verified.missing], [1, 30_000]);
    } finally {
      await empty.stop();
    }
  });
});
