import assert from "node:assert/strict";
import { decode } from "dns-packet";
import fc from "fast-check";
import { bytes, milliseconds } from "../../../server/types";
import { ResolutionFailure, type Served } from "../../../resolver/cache/source";
import { Store } from "../../../resolver/cache/store";
import { CachingTier } from "../../../resolver/cache/tier";
import { Handler, type Reply } from "../../../resolver/front/handler";
import { Limiter } from "../../../resolver/front/limiter";
import { Tally } from "../../../resolver/metrics/tally";
import { nameToText } from "../../../resolver/wire/presentation";
import { questionOf, type QuestionKey } from "../../../resolver/wire/question";
import { answerFor, kept } from "../support/answers";
import { mutated, plainQuery, queryPacket, queryShape } from "../support/arbitrary";
import { soa } from "../support/upstream";

type Resolve = (key: QuestionKey) => Promise<Served>;
const upstream: Resolve = (key) =>
  Promise.resolve({ answer: answerFor(nameToText(questionOf(key).name), 300), tier: "upstream", isStale: false });

const scene = (resolve: Resolve = upstream, rate = { perSecond: 0, burst: 0 }) => {
  const tally = new Tally();
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
    () => 0,
  );
  const handler = new Handler({
    tier,
    limiter: new Limiter(rate),
    tally,
    mostUdpBytes: 1232,
    l2: "present",
    clock: () => 0,
  });
  return {
    tally,
    handle: (packet: Buffer, transport: "udp" | "tcp" = "udp"): Reply => handler.handle(packet, "192.0.2.1", transport),
  };
};
const QUERY = queryPacket(plainQuery("example.com"));
const rcode = (reply: Buffer | undefined): number => (reply?.readUInt8(3) ?? -1) & 0x0f;

describe("the handling of a packet", () => {
  it("never throws or rejects, and never answers with more than it may, whatever the packet", async () => {
    const { handle } = scene();
    const source = mutated(
      fc.oneof(
        queryShape.map((shape) => queryPacket(shape)),
        queryShape.map((shape) => queryPacket(shape, "ANY")),
        fc.uint8Array({ maxLength: 600 }).map((all) => Buffer.from(all)),
      ),
    );
    await fc.assert(
      fc.asyncProperty(source, async (packet) => {
        const reply = await handle(packet);
        if (reply === undefined) return;
        assert.ok(reply.length <= 1232 && reply.length >= 12);
        assert.equal(reply.readUInt16BE(0), packet.readUInt16BE(0));
        assert.ok((reply.readUInt8(2) & 0x80) !== 0);
        assert.ok((packet.readUInt8(2) & 0x80) === 0, "no reply to a reply");
      }),
      { numRuns: 3000 },
    );
  });

  it("answers at once what is here, later what is not, and counts which", async () => {
    const { handle, tally } = scene();
    const first = handle(QUERY);
    assert.ok(first instanceof Promise);
    await first;
    assert.ok(Buffer.isBuffer(handle(QUERY)));
    const { l1Hits, l1Misses, l2Hits, l2Misses } = tally.counts;
    assert.deepEqual([l1Hits, l1Misses, l2Hits, l2Misses], [1, 1, 0, 1]);
  });

  it("counts what the shared cache had as its hit", async () => {
    const { handle, tally } = scene(async (key) => ({ ...(await upstream(key)), tier: "l2" }));
    await handle(QUERY);
    assert.deepEqual([tally.counts.l1Misses, tally.counts.l2Hits, tally.counts.l2Misses], [1, 1, 0]);
  });

  it("says SERVFAIL when there is no answer to be had", async () => {
    const { handle, tally } = scene(() => Promise.reject(new ResolutionFailure("down")));
    assert.equal(rcode(await handle(QUERY)), 2);
    assert.equal(tally.counts.failures, 1);
  });

  it("says of a stale answer that it is, and which kind (RFC 8914)", async () => {
    const gone = kept({ rcode: 3, authorities: [soa("example.com", 60, 60)] });
    assert.ok(gone !== undefined);
    for (const [answer, code] of [
      [answerFor("example.com", 300), 3],
      [gone, 19],
    ] as const) {
      const { handle, tally } = scene(() => Promise.resolve({ answer, tier: "l1", isStale: true }));
      const reply = await handle(queryPacket({ ...plainQuery("example.com"), udpBytes: 1232 }));
      assert.ok(reply !== undefined);
      const opt = decode(reply).additionals?.find((each) => each.type === "OPT");
      assert.deepEqual(opt?.type === "OPT" && opt.options.map((option) => option.data), [Buffer.from([0, code])]);
      assert.equal(tally.counts.staleAnswers, 1);
    }
  });

  it("over the limit: mostly silence over UDP, TC now and then, REFUSED over TCP", async () => {
    const { handle, tally } = scene(upstream, { perSecond: 1, burst: 1 });
    await handle(QUERY);
    const replies = await Promise.all([1, 2, 3, 4].map(() => handle(QUERY)));
    assert.deepEqual(
      replies.map((reply) => (reply === undefined ? "nothing" : decode(reply).flag_tc)),
      ["nothing", "nothing", "nothing", true],
    );
    assert.equal(rcode(await handle(QUERY, "tcp")), 5);
    assert.equal(tally.counts.rateLimited, 5);
  });
});
