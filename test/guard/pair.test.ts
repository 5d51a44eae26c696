import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { epoch } from "../../server/types";
import { missingProof } from "../../guard/decide/proof";
import { inSync as replicaInSync, serving, statusOf } from "../../guard/http/status";
import { AckLog, readAckLog } from "../../lab/load/ackLog";
import { checkLoad } from "../../lab/load/checkLoad";
import { ReadBack } from "../../lab/load/readBack";
import { WriteLoad } from "../../lab/load/writeLoad";
import { findRedisServer } from "../lab/load/redisServer";
import { ownTimeOf } from "../support/ownTime";
import { LivePair, until, type LiveSite } from "./livePair";

const view = (site: LiveSite): string =>
  `${site.site}: ${site.guard?.result.decision.phase} ${site.guard?.result.decision.reason} ` +
  `${site.guard?.result.failure ?? ""}`;
const isServing = (site: LiveSite): boolean => site.guard !== null && serving(site.guard);
const inSync = (site: LiveSite): boolean => site.guard !== null && replicaInSync(site.guard);
const status = (site: LiveSite) => {
  assert.ok(site.guard);
  return statusOf(site.guard);
};

describe("two guards beside two real servers", function () {
  this.timeout(240_000);
  let pair: LivePair;
  const views = (): string[] => [view(pair.a), view(pair.b)];
  const introduce = async (): Promise<void> => {
    pair.b.say({ role: "replica", epoch: epoch(1), source: pair.a.site });
    pair.a.say({ role: "primary", epoch: epoch(1), mode: "initial" });
    await until("a serves, b is in sync", () => isServing(pair.a) && inSync(pair.b), views);
  };

  beforeEach(async function () {
    const binary = findRedisServer();
    if (binary === null) return this.skip();
    pair = await LivePair.start(binary);
  });
  afterEach(() => pair?.stop());

  it("are closed until they are introduced, then replicate; the replica takes no write", async () => {
    await until(
      "both hold",
      () => [pair.a, pair.b].every((site) => site.guard?.result.decision.phase === "Holding"),
      views,
    );
    await assert.rejects(async () => (await pair.a.client()).set("cache:1", "x"), /NOAUTH|WRONGPASS|NOPERM|closed/);
    await introduce();
    const [a, b] = [await pair.a.client(), await pair.b.client()];
    await a.set("cache:1", "x");
    await until("the write crosses", async () => (await b.get("cache:1")) === "x");
    await assert.rejects(b.set("cache:1", "y"), /NOPERM|READONLY/);
    await assert.rejects(a.set("other:1", "y"), /NOPERM/);
    await assert.rejects(a.set("__dr:heartbeat", "{}"), /NOPERM/);
    await until(
      "lag is told by the primary's clock",
      () => (status(pair.b).replication?.lagSeconds ?? 99) < 2,
      () => status(pair.b).replication,
    );
    a.disconnect();
    b.disconnect();
  });

  it("hand over with nothing lost: the old primary closes, the new one proves that it has all", async () => {
    await introduce();
    const a = await pair.a.client();
    for (let i = 0; i < 500; i++) await a.set(`cache:${i}`, i);
    pair.a.say({ role: "primary", epoch: epoch(1), mode: "initial", handover: { to: pair.b.site, epoch: epoch(2) } });
    await until("a says where it ended", () => status(pair.a).handover?.epoch === 2, views);
    await assert.rejects(a.set("cache:late", "x"), "a closed primary takes no write");
    const proof = status(pair.a).handover?.position;
    assert.ok(proof);
    pair.b.say({ role: "primary", epoch: epoch(2), mode: "handover", source: pair.a.site, proof });
    await until("b serves", () => isServing(pair.b), views);
    pair.a.say({ role: "replica", epoch: epoch(2), source: pair.b.site });
    await until("a follows", () => inSync(pair.a), views);
    const b = await pair.b.client();
    for (let i = 0; i < 500; i++) assert.equal(await b.get(`cache:${i}`), String(i));
    assert.deepEqual([isServing(pair.a), isServing(pair.b)], [false, true]);
    assert.equal(status(pair.b).promotion?.mode, "handover");
    b.disconnect();
  });

  it("refuse a handover whose proof is not the old primary's", async () => {
    await introduce();
    pair.b.say({
      role: "primary",
      epoch: epoch(2),
      mode: "handover",
      source: pair.a.site,
      proof: { replicationId: "0".repeat(40), offset: 1 },
    });
    await until("b refuses", () => status(pair.b).refusal?.epoch === 2, views);
    assert.equal(status(pair.b).refusal?.outcome, "refused");
    assert.equal(isServing(pair.b), false);
  });

  /** @param mend - when what was under way is let through; the new primary serves before or after, as it likes. */
  const handOverWithRepliesUnderWay = async (
    mend: () => Promise<void>,
  ): Promise<{ lost: number; acknowledged: number }> => {
    await introduce();
    const header = { run: "r", prefix: "cache:load:" };
    const path = join(pair.a.folder, "acks");
    const endpoint = { host: "127.0.0.1", port: pair.a.serverPort };
    const load = new WriteLoad(
      {
        endpoint,
        credentials: pair.a.credentials,
        header,
        rate: "max",
        seconds: 30,
        maxWrites: 2_000,
        connections: 2,
        pipeline: 10,
        firstNumber: 0,
        reconnectMs: 10,
      },
      new AckLog(path, header),
    );
    // The line is slow: what is acknowledged from here on has not arrived when the handover begins.
    pair.setReplicationCut(true);
    await load.run(new AbortController().signal);
    pair.a.say({ role: "primary", epoch: epoch(1), mode: "initial", handover: { to: pair.b.site, epoch: epoch(2) } });
    await until("a says where it ended", () => status(pair.a).handover?.epoch === 2, views);
    const proof = status(pair.a).handover?.position;
    assert.ok(proof);
    pair.b.say({ role: "primary", epoch: epoch(2), mode: "handover", source: pair.a.site, proof });
    await mend();
    pair.setReplicationCut(false);
    await until("b serves", () => isServing(pair.b), views);
    const report = await checkLoad(
      [await readAckLog(path)],
      new ReadBack({ host: "127.0.0.1", port: pair.b.serverPort }, pair.b.credentials, 10_000),
    );
    return { lost: report.missing + report.wrong, acknowledged: report.acknowledged };
  };

  it("wait in a handover for what is still under way: nothing is lost", async () => {
    let waited = 0;
    pair.b.prove = (...asked) => {
      const missing = missingProof(...asked);
      if (missing?.wait === true) waited += 1;
      return missing;
    };
    const handedOver = handOverWithRepliesUnderWay(() => until("b waits for the rest", () => waited >= 10, views));
    assert.deepEqual(await handedOver, { lost: 0, acknowledged: 2_000 });
  });

  it("would lose it without the proof, and the checker sees that", async () => {
    pair.b.prove = () => null;
    const { lost } = await handOverWithRepliesUnderWay(() =>
      until("b serves without it", () => isServing(pair.b), views),
    );
    assert.ok(lost > 0, `lost ${lost}`);
  });

  it(
    "fail over across a cut; the old primary closes within two seconds of the link's return, and keeps what " +
      "it alone had",
    async () => {
      await introduce();
      const a = await pair.a.client();
      pair.setCut(true);
      await until("a sees the cut", () => status(pair.a).peers[0]?.reachable === false, views);
      for (let i = 0; i < 100; i++) await a.set(`cache:alone:${i}`, i);
      pair.b.say({ role: "primary", epoch: epoch(2), mode: "forced" });
      await until("b serves", () => isServing(pair.b), views);
      assert.equal(isServing(pair.a), true, "nobody could tell it yet");
      const ms = await ownTimeOf(() => {
        pair.setCut(false);
        return until("a is closed", () => !isServing(pair.a), views);
      });
      assert.ok(ms < 2_000, `closed after ${ms} ms`);
      await until("a has kept its own", () => status(pair.a).divergence !== undefined, views);
      const { writesUpperBound, dump } = status(pair.a).divergence ?? {};
      assert.ok(writesUpperBound != null && writesUpperBound >= 100, `bound ${writesUpperBound}`);
      assert.ok(
        dump != null && existsSync(join(pair.a.folder, "data", dump)),
        `dump ${dump} in ${readdirSync(join(pair.a.folder, "data")).join()}`,
      );
      pair.a.say({ role: "replica", epoch: epoch(2), source: pair.b.site });
      await until("a follows", () => inSync(pair.a), views);
      const [again, b] = [await pair.a.client(), await pair.b.client()];
      assert.deepEqual(
        [await again.get("cache:alone:1"), await b.get("cache:alone:1")],
        [null, null],
        [...views(), ...pair.a.lines, ...pair.b.lines].join("\n"),
      );
      again.disconnect();
      b.disconnect();
    },
  );

  it("end a frozen server that must be closed", async () => {
    await introduce();
    pair.a.signal("SIGSTOP");
    pair.b.say({ role: "primary", epoch: epoch(2), mode: "forced" });
    await until("b serves", () => isServing(pair.b), views);
    await until(
      "a's server is a new one, closed",
      () =>
        pair.a.guard?.result.decision.phase === "Fenced" &&
        pair.a.guard.result.access === "closed" &&
        pair.a.guard.result.server.kind === "answering",
      views,
    );
    await assert.rejects(async () => (await pair.a.client()).set("cache:1", "x"));
  });

  /** A killed primary whose copy has what it has not. */
  const killed = async (): Promise<void> => {
    await introduce();
    const a = await pair.a.client();
    await a.set("cache:1", "x");
    const b = await pair.b.client();
    await until("the write crosses", async () => (await b.get("cache:1")) === "x");
    b.disconnect();
    pair.a.signal("SIGKILL");
  };
  const restartGuard = (site: LiveSite): void => {
    site.stopGuard();
    pair.startGuard(site);
  };

  it("a killed primary takes the data of its copy, and goes on by itself; the copy follows it again", async () => {
    await killed();
    await until("a recovers", () => pair.a.lines.some((line) => line.includes("Recovering: takes the data of site b")));
    await until("a serves again, b follows", () => isServing(pair.a) && inSync(pair.b), views);
    assert.equal(pair.b.guard?.server.runs, 1);
    const a = await pair.a.client();
    assert.equal(await a.get("cache:1"), "x", "what had crossed is there again");
    await a.set("cache:2", "y");
    const b = await pair.b.client();
    await until("b copies again", async () => (await b.get("cache:2")) === "y");
    await assert.rejects(b.set("cache:3", "z"), /READONLY|NOPERM/);
  });

  it("with onCrash: hold it stays closed, through a cut and a restart of its guard, until it is told", async () => {
    pair.a.onCrash = "hold";
    restartGuard(pair.a);
    await killed();
    const holds = (): boolean =>
      pair.a.guard?.result.decision.phase === "Holding" && /newer data/.test(pair.a.guard.result.decision.reason);
    await until("a holds", holds, views);
    pair.setCut(true);
    await until("a sees the cut", () => status(pair.a).peers[0]?.reachable === false, views);
    assert.equal(holds(), true, views().join());
    restartGuard(pair.a);
    await until("a holds still", holds, views);
    pair.setCut(false);
    const b = await pair.b.client();
    assert.equal(await b.get("cache:1"), "x", "the copy is not emptied");
    b.disconnect();

    const held = status(pair.a);
    const acceptLoss = { runId: held.server?.runId ?? "", dataVersion: held.dataVersion };
    pair.a.say({ role: "primary", epoch: epoch(3), mode: "resume", acceptLoss });
    pair.b.say({ role: "replica", epoch: epoch(3), source: pair.a.site });
    await until("a serves, b follows", () => isServing(pair.a) && inSync(pair.b), views);
    const kept = status(pair.b).divergence?.dump;
    assert.ok(kept != null && existsSync(join(pair.b.folder, "data", kept)), "what was given up is in a dump");

    // The word was for that run and that data.
    pair.a.signal("SIGKILL");
    await until("a holds again", holds, views);
  });

  it("a primary told to stop saves its data and serves again", async () => {
    await introduce();
    const a = await pair.a.client();
    await a.set("cache:1", "x");
    // As the kubelet does it: the guard is told first.
    pair.a.guard?.terminate();
    await until("closed", () => !isServing(pair.a), views);
    pair.a.stopGuard();
    const stopped = pair.a.serverPid;
    pair.a.signal("SIGTERM");
    await until("a new server", () => pair.a.serverPid !== stopped);
    pair.startGuard(pair.a);
    await until("serves again", () => isServing(pair.a) && inSync(pair.b), views);
    assert.equal(await (await pair.a.client()).get("cache:1"), "x");
  });

  it("a restarted guard beside an uninterrupted server goes on serving, without the API server too", async () => {
    await introduce();
    const a = await pair.a.client();
    pair.a.stopGuard();
    pair.a.role = { kind: "unknown" };
    pair.startGuard(pair.a);
    await until("serves", () => isServing(pair.a), views);
    assert.equal(await a.set("cache:1", "x"), "OK", "the session was never ended");
    a.disconnect();
  });

  it("a deleted role object closes", async () => {
    await introduce();
    pair.a.role = { kind: "missing" };
    pair.a.guard?.trigger();
    await until("closed", () => !isServing(pair.a) && pair.a.guard?.result.access === "closed", views);
  });
});
