import assert from "node:assert/strict";
import { decode } from "dns-packet";
import fc from "fast-check";
import { answerFromStore, answerFromUpstream, rcodeOf, type Answer } from "../../../resolver/cache/answer";
import { questionSectionOf } from "../../../resolver/wire/question";
import { mutated, reply } from "../support/arbitrary";
import { kept, keyFor, message, POLICY } from "../support/answers";
import { record, soa } from "../support/upstream";

const LIMITS = { nowMs: 10_000, mostTtl: 86_400 };
const bytes = (answer: Answer | undefined): Buffer => Buffer.from(answer?.wire ?? "", "latin1");
const alias = (name: string, target: string, ttl: number) => ({ type: "CNAME" as const, name, ttl, data: target });
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

describe("an answer to be kept", () => {
  it("holds as long as its shortest record", () => {
    assert.equal(kept({ answers: [record("example.com", 300), record("example.com", 60)] })?.ttl, 60);
    assert.equal(kept({ answers: [alias("example.com", "b.example", 20), record("b.example", 300)] })?.ttl, 20);
  });

  it("is brought within the policy, and shows it", () => {
    const answer = kept(
      { answers: [record("example.com", 5), record("example.com", 1_000_000)] },
      { ...POLICY, least: 30 },
    );
    assert.equal(answer?.ttl, 30);
    assert.deepEqual(
      decode(bytes(answer)).answers?.map((each) => ("ttl" in each ? each.ttl : 0)),
      [30, 86_400],
    );
  });

  it("that there is none holds as the zone's SOA says (RFC 2308), and shows it", () => {
    for (const rcode of [0, 3]) {
      const answer = kept({ rcode, authorities: [soa("com", 900, 120)] });
      assert.equal(answer?.ttl, 120);
      assert.equal(rcodeOf(answer), rcode);
      const shown = decode(bytes(answer)).authorities?.[0];
      assert.equal(shown !== undefined && "ttl" in shown ? shown.ttl : undefined, 120);
    }
    assert.equal(
      kept({ answers: [alias("example.com", "b.example", 20)], authorities: [soa("example", 900, 120)] })?.ttl,
      20,
      "an alias to nothing",
    );
  });

  it("is not kept when nothing says how long: no SOA, a failure, TTL 0", () => {
    assert.equal(kept({ rcode: 3 })?.ttl, 0);
    assert.equal(kept({})?.ttl, 0);
    assert.equal(kept({ rcode: 2, authorities: [soa("com", 900, 120)] })?.ttl, 0);
    assert.equal(kept({ answers: [record("example.com", 0)] })?.ttl, 0);
  });

  it("holds no OPT, which belongs to one hop, and keeps what stood before it", () => {
    const answer = kept({ answers: [record("example.com", 60)], additionals: [record("glue.example", 60), opt] });
    const decoded = decode(bytes(answer));
    assert.deepEqual(
      decoded.additionals?.map((each) => each.type),
      ["A"],
    );
    assert.equal(decoded.answers?.length, 1);
  });

  it("has its question in lower case, as every asker's key has it", () => {
    const section = questionSectionOf(keyFor("example.com"));
    const answer = answerFromUpstream(
      message({ name: "eXAMple.CoM", answers: [record("eXAMple.CoM", 60)] }),
      section,
      1,
      POLICY,
      0,
    );
    assert.ok(answer?.wire.startsWith(section, 12));
  });

  it("comes back from the store as it went in, and only for its own question", () => {
    fc.assert(
      fc.property(reply, (packet) => {
        const name = decode(packet).questions?.[0]?.name ?? "";
        const section = questionSectionOf(keyFor(name));
        const answer = answerFromUpstream(packet, section, 1, POLICY, 5_000);
        assert.ok(answer !== undefined);
        assert.deepEqual(answerFromStore(bytes(answer), section, answer, LIMITS), answer);
        assert.equal(answerFromStore(bytes(answer), questionSectionOf(keyFor(`x.${name}`)), answer, LIMITS), undefined);
      }),
    );
  });

  it("is never made of bytes that cannot be sent on, whatever the store or an upstream holds", () => {
    const section = questionSectionOf(keyFor("example.com"));
    fc.assert(
      fc.property(
        mutated(fc.constant(message({ answers: [record("example.com", 60), alias("a.example", "b.example", 60)] }))),
        (packet) => {
          const stored = answerFromStore(packet, section, { storedAt: 0, ttl: 60 }, LIMITS);
          for (const at of stored?.ttlOffsets ?? []) assert.ok(at + 4 <= packet.length);
          if (packet.length >= 12 + section.length && packet.readUInt16BE(4) === 1)
            answerFromUpstream(packet, section, 1, POLICY, 0);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
