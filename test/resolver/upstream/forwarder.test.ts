import assert from "node:assert/strict";
import { ResolutionFailure } from "../../../resolver/cache/source";
import { wallClock } from "../../../resolver/clock";
import { noLog } from "../../../resolver/log";
import { parseAddress, type UpstreamAddress } from "../../../resolver/upstream/address";
import { Forwarder, type AttemptResult, type ForwarderOptions } from "../../../resolver/upstream/forwarder";
import { isHealthy } from "../../../resolver/upstream/judge";
import { keyFor, POLICY } from "../support/answers";
import { everyName, record, TestUpstream, type Scenario } from "../support/upstream";

const KEY = keyFor("www.example.com");

describe("forwarding to upstreams", () => {
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
      budgetMs: 2_000,
      observer: { attempt: (_, result) => void attempts.push(result), askedOverTcp: () => undefined },
      clock: wallClock,
      log: noLog,
      ...options,
    });
  };

  it("brings the answer, in lower case, and counts its TTL from when it was asked for", async () => {
    const server = await start((asked) => ({ ...everyName(300)(asked), delayMs: 50 }));
    const before = Date.now();
    const answer = await forwarder([server]).ask(KEY);
    assert.equal(answer.ttl, 300);
    assert.ok(answer.wire.includes("\x03www\x07example\x03com\0"));
    assert.ok(answer.storedAt - before < 45);
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
    assert.deepEqual(server.asked.map(({ flagDo, flagCd }) => [flagDo, flagCd]), [[true, true], [false, false]]);
  });

  it("asks again over TCP what was truncated, with records larger than UDP takes", async () => {
    const many = Array.from({ length: 200 }, (_, i) => record("www.example.com", 60, `192.0.2.${i}`));
    const server = await start(() => ({ answers: many, truncatedOverUdp: true }));
    const answer = await forwarder([server]).ask(KEY);
    assert.deepEqual(server.asked.map(({ transport }) => transport), ["udp", "tcp"]);
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
    assert.deepEqual(server.asked.map(({ transport }) => transport), ["udp"]);
  });

  it("goes over to TCP when somebody guesses, or when the letters' case does not come back", async () => {
    const lowerCased = (reply: Buffer): Buffer => Buffer.concat([reply.subarray(0, 12), Buffer.from(reply.toString("latin1", 12, 29).toLowerCase(), "latin1"), reply.subarray(29)]);
    const forged = (reply: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0]), reply.subarray(2)]);
    for (const tamper of [(reply: Buffer) => [lowerCased(reply)], (reply: Buffer) => Array.from({ length: 20 }, () => forged(reply))]) {
      const server = await start(({ transport }) => ({ answers: [record("www.example.com", 60)], ...(transport === "udp" ? { tamper } : {}) }));
      await forwarder([server]).ask(KEY);
      assert.deepEqual(server.asked.map(({ transport }) => transport), ["udp", "tcp"]);
    }
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
    const nonsense = await start(() => ({ answers: [record("www.example.com", 60)], tamper: (reply) => [Buffer.concat([reply.subarray(0, -12), Buffer.from([0xff])])] }));
    for (const [bad, result] of [[silent, "timeout"], [refusing, "refused"], [failing, "refused"], [nonsense, "malformed"], [closed, "unreachable"]] as const) {
      await forwarder([bad, good]).ask(KEY);
      assert.deepEqual(attempts, [result, "answered"]);
    }
  });

  it("prefers the faster one once it knows both, and leaves out one that is down", async () => {
    const slow = await start((asked) => ({ ...everyName(300)(asked), delayMs: 60 }));
    const fast = await start(everyName(300));
    const asking = forwarder([slow, fast]);
    for (const [upstream] of asking.states) await asking.probe(upstream, KEY);
    for (let i = 0; i < 5; i++) await asking.ask(KEY);
    assert.deepEqual([slow.asked.length, fast.asked.length], [1, 6]);
    fast.scenario = () => ({ tamper: () => [] });
    for (let i = 0; i < 4; i++) await asking.ask(KEY);
    const health = asking.states.map(([, state]) => isHealthy(state));
    assert.ok(fast.asked.length < 6 + 4, "not asked each time");
    assert.equal(health[0], true);
  });

  it("says that it failed within its time, when nobody answers", async () => {
    const silent = await start(() => ({ tamper: () => [] }));
    const begun = Date.now();
    await assert.rejects(forwarder([silent], { budgetMs: 400 }).ask(KEY), ResolutionFailure);
    assert.ok(Date.now() - begun < 1_000);
  });
});
