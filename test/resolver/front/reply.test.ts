import assert from "node:assert/strict";
import { decode, type OptAnswer } from "dns-packet";
import fc from "fast-check";
import { replyEmpty, replyFromAnswer, replyMinimalAny } from "../../../resolver/front/reply";
import { EXTENDED_ERROR } from "../../../resolver/wire/codes";
import { parseQuery, type Query } from "../../../resolver/wire/query";
import { answerFor, kept, keyFor } from "../support/answers";
import { plainQuery, queryPacket, queryShape, type QueryShape } from "../support/arbitrary";
import { record } from "../support/upstream";

const parsed = (packet: Buffer): Query => {
  const query = parseQuery(packet);
  assert.equal(query.verdict, "query");
  return query as Query;
};
const withEdns = (name: string, udpBytes = 1232): QueryShape => ({ ...plainQuery(name), udpBytes });
const optOf = (reply: Buffer): OptAnswer | undefined =>
  decode(reply).additionals?.find((each): each is OptAnswer => each.type === "OPT");
const showing = { nowMs: 0, limit: 65_535, isStale: false };

describe("a reply from the cache", () => {
  it("repeats id, question in the client's own letters, RD and CD; speaks EDNS only to who does", () => {
    fc.assert(
      fc.property(queryShape, (shape) => {
        const packet = queryPacket(shape);
        const reply = replyFromAnswer(packet, parsed(packet), answerFor(shape.name, 300), showing);
        const decoded = decode(reply);
        assert.equal(decoded.id, shape.id);
        assert.equal(decoded.questions?.[0]?.name, shape.name);
        assert.equal(decoded.answers?.[0]?.name, shape.name, "compressed against the question, or in lower case");
        assert.deepEqual(
          [decoded.flag_qr, decoded.flag_rd, decoded.flag_ra, decoded.flag_aa, decoded.flag_tc],
          [true, true, true, false, false],
        );
        assert.equal(decoded.flag_cd, shape.checkingDisabled);
        assert.equal(optOf(reply)?.flag_do, shape.udpBytes === undefined ? undefined : shape.dnssecOk);
      }),
    );
  });

  it("counts TTLs down from when the answer was true, each its own", () => {
    const answer = kept({ answers: [record("example.com", 300), record("example.com", 60)] });
    assert.ok(answer !== undefined);
    const packet = queryPacket(plainQuery("example.com"));
    const ttls = (nowMs: number): readonly number[] =>
      (decode(replyFromAnswer(packet, parsed(packet), answer, { ...showing, nowMs })).answers ?? []).map((each) =>
        "ttl" in each ? (each.ttl ?? -1) : -1,
      );
    assert.deepEqual(ttls(0), [300, 60]);
    assert.deepEqual(ttls(59_999), [241, 1]);
    assert.deepEqual(ttls(100_000), [200, 0]);
  });

  it("says 30 seconds when it is stale, and that it is", () => {
    const packet = queryPacket(withEdns("example.com"));
    const reply = replyFromAnswer(packet, parsed(packet), answerFor("example.com", 300), {
      ...showing,
      nowMs: 400_000,
      isStale: true,
      extendedError: EXTENDED_ERROR.staleAnswer,
    });
    const [first] = decode(reply).answers ?? [];
    assert.equal(first !== undefined && "ttl" in first ? first.ttl : undefined, 30);
    assert.deepEqual(
      optOf(reply)?.options.map((option) => [option.code, option.data]),
      [[15, Buffer.from([0, 3])]],
    );
  });

  it("shows AD to those who asked for it only", () => {
    const answer = answerFor("example.com", 300);
    const validated = {
      ...answer,
      wire: answer.wire.slice(0, 3) + String.fromCharCode(answer.wire.charCodeAt(3) | 0x20) + answer.wire.slice(4),
    };
    const ad = (packet: Buffer): boolean => decode(replyFromAnswer(packet, parsed(packet), validated, showing)).flag_ad;
    const asking = queryPacket(plainQuery("example.com"));
    asking.writeUInt8(asking.readUInt8(3) | 0x20, 3);
    assert.equal(ad(queryPacket(plainQuery("example.com"))), false);
    assert.equal(ad(asking), true);
    assert.equal(ad(queryPacket({ ...withEdns("example.com"), dnssecOk: true })), true);
  });

  it("is cut to nothing with TC when it is too large, never to a part", () => {
    const answer = kept({ answers: Array.from({ length: 40 }, (_, i) => record("example.com", 60, `192.0.2.${i}`)) });
    assert.ok(answer !== undefined);
    const packet = queryPacket(withEdns("example.com"));
    const reply = replyFromAnswer(packet, parsed(packet), answer, { ...showing, limit: 512 });
    const decoded = decode(reply);
    assert.deepEqual([decoded.flag_tc, decoded.answers?.length, optOf(reply) !== undefined], [true, 0, true]);
    assert.ok(reply.length <= packet.length);
  });

  it("leaves what is stored as it was", () => {
    const answer = Object.freeze(answerFor("example.com", 300));
    const packet = queryPacket(withEdns("eXample.com"));
    const first = replyFromAnswer(packet, parsed(packet), answer, showing);
    replyFromAnswer(packet, parsed(packet), answer, { ...showing, nowMs: 100_000 });
    assert.deepEqual(replyFromAnswer(packet, parsed(packet), answer, showing), first);
  });
});

describe("a reply without records", () => {
  it("is never larger than what it answers, but for an extended error", () => {
    fc.assert(
      fc.property(queryShape, fc.integer({ min: 0, max: 5 }), (shape, rcode) => {
        const packet = queryPacket(shape);
        const reply = replyEmpty(packet, parsed(packet).envelope, rcode);
        assert.ok(reply.length <= packet.length);
        assert.equal(reply.readUInt8(3) & 0x0f, rcode);
        assert.equal(decode(reply).questions?.[0]?.name, shape.name);
      }),
    );
  });

  it("carries a code above 15 in OPT", () => {
    const packet = queryPacket(withEdns("example.com"));
    packet.writeUInt8(1, packet.length - 5);
    const query = parseQuery(packet);
    assert.ok(query.verdict === "refuse");
    const reply = replyEmpty(packet, query.envelope, query.rcode);
    assert.equal(reply.readUInt8(3) & 0x0f, 0);
    assert.equal(optOf(reply)?.extendedRcode, 1);
  });
});

describe("the reply to ANY", () => {
  it("is one HINFO of RFC 8482, some 20 bytes more than the question", () => {
    const packet = queryPacket(withEdns("Example.com"), "ANY");
    const query = parseQuery(packet);
    assert.ok(query.verdict === "any");
    const reply = replyMinimalAny(packet, query.envelope);
    const [answer] = decode(reply).answers ?? [];
    assert.ok(answer?.type === "HINFO");
    assert.deepEqual([answer.name, answer.data.cpu.toString()], ["Example.com", "RFC8482"]);
    assert.ok(optOf(reply));
    assert.ok(reply.length <= packet.length + 25);
  });
});

describe("the tests' own key", () => {
  it("is the key of a packet for that name", () =>
    assert.equal(parsed(queryPacket(plainQuery("Example.com"))).key, keyFor("example.com")));
});
