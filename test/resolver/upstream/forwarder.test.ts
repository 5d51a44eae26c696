import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { ResolutionFailure } from "../../../resolver/cache/source";
import { wallClock } from "../../../resolver/clock";
import { noLog } from "../../../resolver/log";
import { parseAddress, type UpstreamAddress } from "../../../resolver/upstream/address";
import { Forwarder, type AttemptResult, type ForwarderOptions } from "../../../resolver/upstream/forwarder";
import { isHealthy } from "../../../resolver/upstream/judge";
import { ownTimeOf } from "../../support/ownTime";
import { keyFor, POLICY } from "../support/answers";
import { until } from "../support/until";
import { everyName, record, TestUpstream, type Scenario } from "../support/upstream";

const KEY = keyFor("www.example.com");

/** Long enough that no pause of the machine uses it up: where time matters, a test gives its own. */
const AMPLE_MS = 15_000;

/** Its letters are all in lower case by chance once in 2^100. */
const LONG_NAME = `${"a".repeat(50)}.${"b".repeat(50)}.example`;
const LONG_KEY = keyFor(LONG_NAME);
/** The reply as a server sends it that does not keep the case of names. */
const lowerCased = (reply: Buffer): Buffer => {
  const end = 12 + LONG_NAME.length + 2;
  return Buffer.concat([
    reply.subarray(0, 12),
    Buffer.from(reply.toString("latin1", 12, end).toLowerCase(), "latin1"),
    reply.subarray(end),
  ]);
};

describe("forwarding to upstreams", function () {
  this.timeout(60_000);
  const servers: TestUpstream[] = [];
  const start = async (scenario: Scenario): Promise<TestUpstream> => {
    const server = await TestUpstream.start(scenario);
    servers.push(server);
    return server;
  };
  afterEach(() => {
    for (const server of servers.splice(0)) server.stop();
  });

  const addressOf = (server: TestUpstream): UpstreamAddress => {
    const address = parseAddress(server.address);
    assert.ok(address);
    return address;
  };
  const attempts: AttemptResult[] = [];
  const forwarder = (upstreams: readonly TestUpstream[], options: Partial<ForwarderOptions> = {}): Forwarder => {
    attempts.length = 0;
    return new Forwarder({
      upstreams: upstreams.map(addressOf),
      ttl: POLICY,
      caseOfNames: "random",
      budgetMs: AMPLE_MS,
      observer: { attempt: (_, result) => void attempts.push(result), askedOverTcp: () => undefined },
      clock: wallClock,
      log: noLog,
      ...options,
    });
  };

  it("brings the answer, in lower case, and counts its TTL from when it was asked for", async () => {
    let now = 1_000_000;
    const server = await start((asked) => {
      now += 5_000;
      return everyName(300)(asked);
    });
    const answer = await forwarder([server], { clock: () => now }).ask(KEY);
    assert.equal(answer.ttl, 300);
    assert.ok(answer.wire.includes("\x03www\x07example\x03com\0"));
    assert.equal(answer.storedAt, 1_000_000);
    assert.deepEqual(attempts, ["answered"]);
  });

  it("asks from another port with another id each time", async () => {
    const server = await start(everyName(300));
    const asking = forwarder([server]);
    for (let i = 0; i < 20; i++) await asking.ask(KEY);
    assert.ok(new Set(server.asked.map(({ port }) => port)).size > 15);
    assert.ok(new Set(server.asked.map(({ id }) => id)).size > 15);
  });

  it("passes DO and CD on", async () => {
    const server = await start(everyName(300));
    await forwarder([server]).ask(keyFor("a.example", "A", { dnssecOk: true, checkingDisabled: true }));
    await forwarder([server]).ask(keyFor("a.example"));
    assert.deepEqual(
      server.asked.map(({ flagDo, flagCd }) => [flagDo, flagCd]),
      [
        [true, true],
        [false, false],
      ],
    );
  });

  it("asks again over TCP what was truncated, with records larger than UDP takes", async () => {
    const many = Array.from({ length: 200 }, (_, i) => record("www.example.com", 60, `192.0.2.${i}`));
    const server = await start(() => ({ answers: many, truncatedOverUdp: true }));
    const answer = await forwarder([server]).ask(KEY);
    assert.deepEqual(
      server.asked.map(({ transport }) => transport),
      ["udp", "tcp"],
    );
    assert.equal(answer.ttlOffsets.length, 200);
  });

  it("ignores forged replies and takes the true one", async () => {
    const server = await start(() => ({
      answers: [record("www.example.com", 60, "192.0.2.1")],
      tamper: (reply) => {
        const forged = Buffer.from(reply);
        forged.writeUInt16BE(reply.readUInt16BE(0) ^ 0x5555, 0);
        return [forged, forged, reply];
      },
    }));
    const answer = await forwarder([server]).ask(KEY);
    assert.equal(answer.ttlOffsets.length, 1);
    assert.deepEqual(
      server.asked.map(({ transport }) => transport),
      ["udp"],
    );
  });

  it("goes over to TCP when somebody guesses, or when the letters' case does not come back", async () => {
    const forged = (reply: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0]), reply.subarray(2)]);
    for (const tamper of [
      (reply: Buffer) => [lowerCased(reply)],
      (reply: Buffer) => Array.from({ length: 20 }, () => forged(reply)),
    ]) {
      const server = await start(({ name, transport }) => ({
        answers: [record(name, 60)],
        ...(transport === "udp" ? { tamper } : {}),
      }));
      await forwarder([server]).ask(LONG_KEY);
      assert.deepEqual(
        server.asked.map(({ transport }) => transport),
        ["udp", "tcp"],
      );
    }
  });

  it("asks a server again that keeps no case and speaks no TCP, in lower case", async () => {
    const server = await start(({ name }) => ({ answers: [record(name, 60)], tamper: (reply) => [lowerCased(reply)] }));
    server.stopTcp();
    assert.equal((await forwarder([server]).ask(LONG_KEY)).ttl, 60);
    assert.deepEqual(
      server.asked.map(({ transport }) => transport),
      ["udp", "udp"],
    );
    assert.notEqual(server.asked[0]?.id, server.asked[1]?.id);
  });

  it("asks a server again that was made before EDNS, without it", async () => {
    for (const rcode of [1, 4]) {
      const server = await start(({ ednsBytes }) =>
        ednsBytes === undefined
          ? { answers: [record("www.example.com", 60)], additionals: [] }
          : { rcode, additionals: [] },
      );
      assert.equal((await forwarder([server]).ask(keyFor("www.example.com", "A", { dnssecOk: true }))).ttl, 60);
      assert.deepEqual(
        server.asked.map(({ ednsBytes }) => ednsBytes),
        [1232, undefined],
      );
    }
  });

  it('does not take a code whose upper bits are in OPT for "no error"', async () => {
    const badVersion = {
      type: "OPT" as const,
      name: "." as const,
      udpPayloadSize: 1232,
      extendedRcode: 1,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    };
    const server = await start(() => ({ additionals: [badVersion] }));
    await assert.rejects(forwarder([server]).ask(KEY), ResolutionFailure);
  });

  it("tries the next upstream after silence, a refusal, a failure, nonsense, or a closed port", async () => {
    const good = await start(everyName(300));
    const closed = await start(everyName(300));
    closed.stop();
    servers.splice(servers.indexOf(closed), 1);
    const silent = await start(() => ({ tamper: () => [] }));
    const refusing = await start(() => ({ rcode: 5 }));
    const failing = await start(() => ({ rcode: 2 }));
    // The TTL's place holds a record's start: the last name points at itself.
    const nonsense = await start(() => ({
      answers: [record("www.example.com", 60)],
      tamper: (reply) => [Buffer.concat([reply.subarray(0, -12), Buffer.from([0xff])])],
    }));
    for (const [bad, result] of [
      [silent, "timeout"],
      [refusing, "refused"],
      [failing, "refused"],
      [nonsense, "malformed"],
      [closed, "unreachable"],
    ] as const) {
      await forwarder([bad, good]).ask(KEY);
      await until("both have ended", () => attempts.length === 2);
      assert.deepEqual([...attempts].sort(), [result, "answered"].sort());
    }
  });

  it("prefers the faster one once it knows both, and leaves out one that is down", async () => {
    // So much slower that no pause of the machine makes the other one look as slow.
    const slow = await start((asked) => ({ ...everyName(300)(asked), delayMs: 1_400 }));
    const fast = await start(everyName(300));
    const asking = forwarder([slow, fast]);
    for (const [upstream] of asking.states) await asking.probe(upstream, KEY);
    for (let i = 0; i < 5; i++) await asking.ask(KEY);
    assert.equal(fast.asked.length, 6, "the first to be asked each time");
    assert.ok(slow.asked.length < 6, "asked beside it only when it is late");
    slow.scenario = everyName(300);
    fast.scenario = () => ({ tamper: () => [] });
    for (let i = 0; i < 4; i++) await asking.ask(KEY);
    const health = asking.states.map(([, state]) => isHealthy(state));
    assert.ok(fast.asked.length < 6 + 4, "not asked each time");
    assert.equal(health[0], true);
  });

  describe("does not fail a question because its upstream", () => {
    const answers = async (asking: Forwarder, questions: number): Promise<void> => {
      const all = await Promise.allSettled(
        Array.from({ length: questions }, (_, i) => asking.ask(keyFor(`n${i}.example`))),
      );
      assert.deepEqual(
        all.filter(({ status }) => status === "rejected"),
        [],
      );
    };
    /** Each question was put once, however late its answer: not given up and put again. */
    const assertAskedOnce = ({ asked }: TestUpstream, names: number): void => assert.equal(asked.length, names);

    it("is slow, from the first question on", async () => {
      const slow = await start((asked) => ({ ...everyName(300)(asked), delayMs: 900 + Math.random() * 600 }));
      await answers(forwarder([slow]), 20);
      assertAskedOnce(slow, 20);
    });

    it("has become slow", async () => {
      const server = await start(everyName(300));
      const asking = forwarder([server]);
      await answers(asking, 5);
      server.asked.length = 0;
      server.scenario = (asked) => ({ ...everyName(300)(asked), delayMs: 1_500 });
      await answers(asking, 10);
      assertAskedOnce(server, 10);
      assert.ok(
        asking.states.every(([, state]) => isHealthy(state)),
        "what answers is well, however late",
      );
    });

    it("loses the first packet of each question", async () => {
      const seen = new Set<string>();
      const lossy = await start((asked) => {
        const isFirst = !seen.has(asked.name);
        seen.add(asked.name);
        return isFirst ? { tamper: () => [] } : everyName(300)(asked);
      });
      await answers(forwarder([lossy]), 10);
      assert.ok(lossy.packets.length >= 20);
      assert.equal(
        new Set(lossy.packets.map(({ name, id, port }) => `${name} ${id} ${port}`)).size,
        10,
        "the same packet from the same port",
      );
    });

    it("lets its queue lie for two seconds", async () => {
      const queue: (() => void)[] = [];
      const frozen = await start((asked) => ({ ...everyName(300)(asked), hold: (release) => queue.push(release) }));
      const waiting = answers(forwarder([frozen]), 10);
      await until("all are asked for", () => frozen.asked.length === 10);
      await delay(2_000);
      frozen.scenario = everyName(300);
      for (const release of queue) release();
      await waiting;
      assertAskedOnce(frozen, 10);
    });

    it("is away for two seconds", async () => {
      const server = await start(everyName(300));
      server.stop();
      const waiting = answers(forwarder([server]), 10);
      await delay(2_000);
      await server.listen();
      await waiting;
    });

    it("and every other have been found unhealthy", async () => {
      const servers = [await start(() => ({ tamper: () => [] })), await start(() => ({ tamper: () => [] }))];
      const asking = forwarder(servers, { budgetMs: 4_000 });
      await Promise.all(Array.from({ length: 3 }, () => assert.rejects(asking.ask(KEY), ResolutionFailure)));
      assert.deepEqual(
        asking.states.map(([, state]) => isHealthy(state)),
        [false, false],
      );
      const [, second] = servers;
      if (second !== undefined) second.scenario = (asked) => ({ ...everyName(300)(asked), delayMs: 200 });
      await asking.ask(KEY);
    });

    it("is slow, while another refuses", async () => {
      const slow = await start((asked) => ({ ...everyName(300)(asked), delayMs: 1_200 }));
      await answers(forwarder([slow, await start(() => ({ rcode: 5 }))]), 2);
    });
  });

  it("says at once what all have refused, and does not ask them again", async () => {
    const servers = [await start(() => ({ rcode: 2 })), await start(() => ({ rcode: 5 }))];
    const ms = await ownTimeOf(() => assert.rejects(forwarder(servers).ask(KEY), /refused/));
    assert.ok(ms < 1_000, `${ms} ms`);
    assert.deepEqual(
      servers.map(({ asked }) => asked.length),
      [1, 1],
    );
  });

  it("does not wait for one that is down when the other has refused", async () => {
    const [down, refusing] = [await start(() => ({ tamper: () => [] })), await start(() => ({ rcode: 2 }))];
    const asking = forwarder([down, refusing], { budgetMs: 4_000 });
    const [address] = asking.states[0] ?? assert.fail();
    await Promise.all(Array.from({ length: 3 }, () => asking.probe(address, KEY)));
    const ms = await ownTimeOf(() => assert.rejects(asking.ask(KEY), /refused/));
    assert.ok(ms < 2_500, `${ms} ms`);
  });

  it("says that it failed within its time, when nobody answers", async () => {
    const silent = await start(() => ({ tamper: () => [] }));
    const ms = await ownTimeOf(() =>
      assert.rejects(forwarder([silent], { budgetMs: 400 }).ask(KEY), ResolutionFailure),
    );
    assert.ok(ms < 1_000, `${ms} ms`);
  });
});
