import assert from "node:assert/strict";
import { decode } from "dns-packet";
import fc from "fast-check";
import { buildRequest, matchReply } from "../../../resolver/upstream/request";
import { keyFor } from "../support/answers";
import { hostName, mutated } from "../support/arbitrary";

const asReply = (packet: Buffer): Buffer => {
  const copy = Buffer.from(packet);
  copy.writeUInt8(copy.readUInt8(2) | 0x80, 2);
  return copy;
};

describe("a question to an upstream", () => {
  it("is what dns-packet reads as the client's, with RD, AD and EDNS", () => {
    fc.assert(
      fc.property(hostName, fc.boolean(), fc.boolean(), (name, dnssecOk, checkingDisabled) => {
        const decoded = decode(
          buildRequest(keyFor(name, "AAAA", { dnssecOk, checkingDisabled }), { caseOfNames: "random", edns: "spoken" })
            .packet,
        );
        const question = decoded.questions?.[0];
        assert.equal(question?.name.toLowerCase(), name.toLowerCase());
        assert.equal(question?.type, "AAAA");
        assert.deepEqual([decoded.flag_rd, decoded.flag_ad, decoded.flag_cd], [true, true, checkingDisabled]);
        const opt = decoded.additionals?.[0];
        assert.ok(opt?.type === "OPT" && opt.flag_do === dnssecOk && opt.udpPayloadSize === 1232);
      }),
    );
  });

  it("is hard to guess: ids and the case of letters are random", () => {
    const requests = Array.from({ length: 200 }, () =>
      buildRequest(keyFor("some.example.com"), { caseOfNames: "random", edns: "spoken" }),
    );
    assert.ok(new Set(requests.map(({ id }) => id)).size > 190);
    assert.ok(new Set(requests.map(({ section }) => section)).size > 190, "14 letters: one in 16,384");
    assert.equal(
      new Set(
        requests.map(() => buildRequest(keyFor("some.example.com"), { caseOfNames: "lower", edns: "spoken" }).section),
      ).size,
      1,
    );
  });

  it("is answered by its reply only", () => {
    const request = buildRequest(keyFor("example.com"), { caseOfNames: "random", edns: "spoken" });
    const reply = asReply(request.packet);
    const with_ = (change: (packet: Buffer) => void): Buffer => {
      const copy = Buffer.from(reply);
      change(copy);
      return copy;
    };
    assert.equal(matchReply(reply, request), "answer");
    assert.equal(matchReply(request.packet, request), "foreign", "the question itself");
    assert.equal(
      matchReply(
        with_((p) => p.writeUInt16BE(request.id ^ 1, 0)),
        request,
      ),
      "foreign",
      "another id",
    );
    assert.equal(
      matchReply(
        with_((p) => p.writeUInt8(0x20 ^ p.readUInt8(13), 13)),
        request,
      ),
      "other-case",
    );
    assert.equal(
      matchReply(
        with_((p) => p.writeUInt8("q".charCodeAt(0), 14)),
        request,
      ),
      "foreign",
      "another name",
    );
    assert.equal(
      matchReply(
        with_((p) => p.writeUInt16BE(28, 25)),
        request,
      ),
      "foreign",
      "another type",
    );
    assert.equal(
      matchReply(
        with_((p) => p.writeUInt16BE(2, 4)),
        request,
      ),
      "foreign",
      "two questions",
    );
    assert.equal(matchReply(reply.subarray(0, 20), request), "foreign", "cut");
  });

  it("is matched against anything without throwing", () => {
    const request = buildRequest(keyFor("example.com"), { caseOfNames: "random", edns: "spoken" });
    fc.assert(
      fc.property(mutated(fc.constant(asReply(request.packet))), (message) => void matchReply(message, request)),
      { numRuns: 2000 },
    );
  });
});
