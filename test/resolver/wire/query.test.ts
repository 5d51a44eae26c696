import assert from "node:assert/strict";
import { encode } from "dns-packet";
import fc from "fast-check";
import { RCODE } from "../../../resolver/wire/codes";
import { parseQuery, type Parsed, type Query } from "../../../resolver/wire/query";
import { questionOf } from "../../../resolver/wire/question";
import { keyFor } from "../support/answers";
import { mutated, plainQuery, queryPacket, queryShape } from "../support/arbitrary";

const asQuery = (parsed: Parsed): Query => {
  assert.equal(parsed.verdict, "query");
  return parsed as Query;
};
const refusal = (parsed: Parsed): number | string => (parsed.verdict === "refuse" ? parsed.rcode : parsed.verdict);

describe("a client's packet", () => {
  it("is read as dns-packet wrote it", () => {
    fc.assert(
      fc.property(queryShape, (shape) => {
        const query = asQuery(parseQuery(queryPacket(shape)));
        const question = questionOf(query.key);
        assert.equal(query.envelope.id, shape.id);
        assert.equal(question.type, 1);
        assert.equal(question.dnssecOk, shape.dnssecOk && shape.udpBytes !== undefined);
        assert.equal(question.checkingDisabled, shape.checkingDisabled);
        assert.equal(
          query.envelope.edns?.udpBytes,
          shape.udpBytes === undefined ? undefined : Math.max(shape.udpBytes || 4096, 512),
        );
        assert.equal(
          question.name,
          `${shape.name
            .toLowerCase()
            .split(".")
            .map((label) => String.fromCharCode(label.length) + label)
            .join("")}\0`,
        );
      }),
    );
  });

  it("never makes it throw", () => {
    fc.assert(
      fc.property(
        mutated(
          fc.oneof(
            queryShape.map((shape) => queryPacket(shape)),
            fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
          ),
        ),
        (packet) => void parseQuery(packet),
      ),
      { numRuns: 5000 },
    );
  });

  it("gets no reply when it is one, or too short: replies to replies never end", () => {
    const packet = queryPacket(plainQuery("example.com"));
    assert.equal(parseQuery(packet.subarray(0, 11)).verdict, "drop");
    packet.writeUInt8(packet.readUInt8(2) | 0x80, 2);
    assert.equal(parseQuery(packet).verdict, "drop");
  });

  const changed = (change: (packet: Buffer) => void, shape = plainQuery("example.com")): Parsed => {
    const packet = queryPacket(shape);
    change(packet);
    return parseQuery(packet);
  };

  it("is refused with the right code", () => {
    assert.equal(refusal(changed((p) => p.writeUInt16BE(0x2900, 2))), RCODE.notImplemented, "an update");
    assert.equal(refusal(changed((p) => p.writeUInt16BE(2, 4))), RCODE.formatError, "two questions");
    assert.equal(refusal(changed((p) => p.writeUInt16BE(0, 4))), RCODE.formatError, "no question");
    assert.equal(refusal(changed((p) => p.writeUInt16BE(1, 6))), RCODE.formatError, "an answer in a question");
    assert.equal(refusal(changed((p) => p.writeUInt16BE(3, 10))), RCODE.formatError, "records that are not there");
    assert.equal(refusal(changed((p) => p.writeUInt16BE(3, p.length - 2))), RCODE.refused, "class CH");
    assert.equal(refusal(changed((p) => p.writeUInt16BE(252, p.length - 4))), RCODE.refused, "a zone transfer");
    assert.equal(refusal(changed((p) => p.writeUInt16BE(0, p.length - 4))), RCODE.refused, "type 0");
    assert.equal(
      refusal(changed((p) => p.writeUInt16BE(0x0000, 2))),
      RCODE.refused,
      "RD not set: looking into the cache",
    );
    assert.equal(changed((p) => p.writeUInt16BE(255, p.length - 4)).verdict, "any");
  });

  it("may have one OPT of version 0", () => {
    const opt = {
      type: "OPT" as const,
      name: "." as const,
      udpPayloadSize: 1232,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    };
    const packet = (additionals: (typeof opt)[]): Buffer =>
      encode({ type: "query", flags: 0x0100, questions: [{ name: "a.b", type: "A" }], additionals });
    assert.equal(parseQuery(packet([opt])).verdict, "query");
    assert.equal(refusal(parseQuery(packet([opt, opt]))), RCODE.formatError);
    assert.equal(refusal(parseQuery(packet([{ ...opt, ednsVersion: 1 }]))), RCODE.badVersion);
  });

  it("may carry options, cookies for one, that nobody here reads, but none that lead out of their record", () => {
    const plain = queryPacket({ ...plainQuery("example.com"), udpBytes: 1232 });
    const withOptions = (options: Buffer): Parsed => {
      const packet = Buffer.concat([plain, options]);
      packet.writeUInt16BE(options.length, plain.length - 2);
      return parseQuery(packet);
    };
    const cookie = Buffer.from([0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]);
    const query = withOptions(Buffer.concat([cookie, Buffer.from([0xff, 0xff, 0, 0])]));
    assert.equal(query.verdict === "query" && query.key, keyFor("example.com"), "one cache entry, whatever the cookie");
    for (const bad of [
      cookie.subarray(0, 11),
      Buffer.concat([cookie, Buffer.from([0])]),
      Buffer.from([0, 10, 0xff, 0xff]),
    ])
      assert.equal(refusal(withOptions(bad)), RCODE.formatError);
  });
});
