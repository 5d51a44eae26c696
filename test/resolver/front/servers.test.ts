import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { bytes, milliseconds } from "../../../server/types";
import type { Served } from "../../../resolver/cache/source";
import { Store } from "../../../resolver/cache/store";
import { CachingTier } from "../../../resolver/cache/tier";
import { wallClock } from "../../../resolver/clock";
import { Handler } from "../../../resolver/front/handler";
import { Limiter } from "../../../resolver/front/limiter";
import { TcpServer } from "../../../resolver/front/tcp";
import { UdpServer } from "../../../resolver/front/udp";
import { noLog } from "../../../resolver/log";
import { Tally } from "../../../resolver/metrics/tally";
import { frame, Unframer } from "../../../resolver/wire/framing";
import { nameToText } from "../../../resolver/wire/presentation";
import { questionOf, type QuestionKey } from "../../../resolver/wire/question";
import { answerFor } from "../support/answers";
import { plainQuery, queryPacket } from "../support/arbitrary";
import { closeOf, exchangeTcp, exchangeUdp } from "../support/client";
import { until } from "../support/until";

const ADDRESS = { host: "127.0.0.1", port: 0, family: 4 } as const;
const query = (name: string, id: number): Buffer => queryPacket(plainQuery(name, id));

/** Longer than any pause of the machine: where it matters, a test gives its own. */
const PATIENT_MS = 60_000;

describe("the sockets", function () {
  this.timeout(120_000);
  const tally = new Tally();
  const held: (() => void)[] = [];
  const asked: QuestionKey[] = [];
  /** Names that begin with "slow" are answered when the test lets them. */
  const resolve = async (key: QuestionKey): Promise<Served> => {
    const name = nameToText(questionOf(key).name);
    asked.push(key);
    if (name.startsWith("slow")) await new Promise<void>((release) => held.push(release));
    return { answer: answerFor(name, 300, Date.now()), tier: "upstream", isStale: false };
  };
  const tier = new CachingTier(
    new Store(bytes(1_000_000), milliseconds(0)),
    { resolve },
    {
      keepStaleMs: 0,
      staleAfterMs: 0,
      failureMs: 0,
      failureWithReserveMs: 0,
      prefetchHits: Infinity,
      mostInFlight: 1000,
    },
    wallClock,
  );
  const handler = new Handler({
    tier,
    limiter: new Limiter({ perSecond: 0, burst: 0 }),
    tally,
    mostUdpBytes: 1232,
    l2: "absent",
    clock: wallClock,
  });
  const udp = new UdpServer(handler, tally, 4, noLog);
  const tcp = new TcpServer(handler, tally, { connections: 20, connectionsPerClient: 5, idleMs: PATIENT_MS }, noLog);
  let udpPort = 0;
  let tcpPort = 0;
  before(async () => {
    udpPort = await udp.listen(ADDRESS);
    tcpPort = await tcp.listen(ADDRESS);
  });
  after(() => {
    udp.close();
    tcp.destroy();
    for (const release of held.splice(0)) release();
  });

  it("answer many packets over UDP, each with its id", async () => {
    const replies = await exchangeUdp(
      udpPort,
      Array.from({ length: 200 }, (_, i) => query(`n${i % 7}.example`, i)),
    );
    assert.deepEqual(
      replies.map((reply) => reply.readUInt16BE(0)).sort((a, b) => a - b),
      Array.from({ length: 200 }, (_, i) => i),
    );
  });

  it("answer several queries of one TCP connection as they are found, not as they came", async () => {
    const replying = exchangeTcp(tcpPort, [query("slow.example", 1), query("a.example", 2), query("b.example", 3)]);
    await until("the slow one is asked for", () => held.length === 1);
    await until("the others are asked for", () =>
      ["a.example", "b.example"].every((name) => asked.some((key) => nameToText(questionOf(key).name) === name)),
    );
    held.splice(0).forEach((release) => release());
    assert.deepEqual(
      (await replying).map((reply) => reply.readUInt16BE(0)),
      [2, 3, 1],
    );
  });

  it("answer what a client asked before it closed its side", async () => {
    const socket = connect(tcpPort, "127.0.0.1");
    const closed = closeOf(socket);
    socket.end(frame(query("slow2.example", 5)));
    await until("it is asked for", () => held.length === 1);
    held.splice(0).forEach((release) => release());
    const [reply] = (await once(socket, "data")) as [Buffer];
    assert.equal(reply.readUInt16BE(2), 5);
    await closed;
  });

  it("answer whoever asks thousands of times before it reads anything", async () => {
    const patient = new TcpServer(
      handler,
      tally,
      { connections: 1, connectionsPerClient: 1, idleMs: PATIENT_MS },
      noLog,
    );
    const socket = connect(await patient.listen(ADDRESS), "127.0.0.1");
    const count = 150_000;
    await once(socket, "connect");
    socket.write(Buffer.concat(Array.from({ length: count }, (_, i) => frame(query("a.example", i & 0xffff)))));
    await until(
      "its replies fill what there is between here and there",
      async () => {
        const { tcpQueries } = tally.counts;
        await delay(200);
        return tcpQueries > 0 && tally.counts.tcpQueries === tcpQueries;
      },
      60_000,
    );
    assert.equal((await exchangeUdp(udpPort, [query("b.example", 1)])).length, 1, "others are served");
    const unframer = new Unframer(65_535);
    let replies = 0;
    await new Promise<void>((resolve, reject) => {
      socket.on("data", (chunk) => {
        const messages = unframer.push(chunk);
        if (messages === "too large") return reject(new Error("no message"));
        replies += messages.length;
        if (replies === count) resolve();
      });
      socket.once("close", () => reject(new Error(`closed after ${replies} replies`)));
    }).finally(() => {
      socket.destroy();
      patient.destroy();
    });
  });

  it("let one connection have so many questions on their way and no more, and forget none", async () => {
    const count = 300;
    const replying = exchangeTcp(
      tcpPort,
      Array.from({ length: count }, (_, i) => query(`slow-p${i}.example`, i)),
    );
    let most = 0;
    await until("all are asked for", () => {
      most = Math.max(most, held.length);
      if (held.length === 64) held.splice(0).forEach((release) => release());
      return asked.filter((key) => nameToText(questionOf(key).name).startsWith("slow-p")).length === count;
    });
    held.splice(0).forEach((release) => release());
    assert.equal((await replying).length, count);
    assert.equal(most, 64);
  });

  it("close a connection that completes no query, though it sends bytes", async () => {
    const hasty = new TcpServer(handler, tally, { connections: 1, connectionsPerClient: 1, idleMs: 200 }, noLog);
    const socket = connect(await hasty.listen(ADDRESS), "127.0.0.1");
    const closed = closeOf(socket);
    const { tcpQueries } = tally.counts;
    // A query of 4,096 bytes, which would be whole after some minutes.
    socket.write(Buffer.from([0x10, 0x00]));
    const dripping = setInterval(() => socket.write(Buffer.from([0])), 50);
    try {
      await closed;
      assert.equal(tally.counts.tcpQueries, tcpQueries);
    } finally {
      clearInterval(dripping);
      hasty.destroy();
    }
  });

  it("close a connection that speaks something else", async () => {
    for (const bytesSent of [
      Buffer.from("GET / HTTP/1.1\r\n\r\n"),
      frame(Buffer.from([1, 2, 3])),
      Buffer.from([0xff, 0xff]),
    ]) {
      const socket = connect(tcpPort, "127.0.0.1");
      const closed = closeOf(socket);
      socket.write(bytesSent);
      await closed;
    }
  });

  it("take so many connections from one client and no more", async () => {
    const sockets = Array.from({ length: 8 }, () => connect(tcpPort, "127.0.0.1").on("error", () => undefined));
    const before = tally.counts.tcpRefused;
    await until("three are refused", () => tally.counts.tcpRefused - before === 3);
    for (const socket of sockets) socket.destroy();
    await until(
      "the others are let go",
      async () => (await exchangeTcp(tcpPort, [query("a.example", 9)])).length === 1,
    );
  });

  it("answer what is on its way when they drain, and take nothing new", async () => {
    const replying = exchangeTcp(tcpPort, [query("slow3.example", 7)]);
    await until("it is asked for", () => held.length === 1);
    const drained = tcp.drain();
    await closeOf(connect(tcpPort, "127.0.0.1"));
    held.splice(0).forEach((release) => release());
    assert.equal((await replying).length, 1);
    await drained;
  });
});
