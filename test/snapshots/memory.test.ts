import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Beside, fillWithNoise } from "../../bench/snapshots/beside";
import { Decoder, encode } from "../../snapshots/server/resp";
import type { S3Server } from "../../lab/storage/s3Server";
import { DataServer, engines, startStore, stopStore } from "./support";

const MEBIBYTE = 2 ** 20;
const SMALL_MIB = 16;
const LARGE_MIB = 256;
/** Sixteen times the data: two part buffers more than are there would not fit in. */
const MOST_GROWTH = { snapshot: 14, restore: 36 } as const;

for (const engine of engines()) {
  describe(`memory of what stands beside a real ${engine}`, function () {
    this.timeout(600_000);
    const folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-memory-"));
    let beside: Beside;
    let s3: S3Server | null = null;
    let server: DataServer | null = null;
    before(async () => {
      beside = await Beside.in(folder);
    });
    afterEach(async () => {
      await server?.stop();
      if (s3 !== null) await stopStore(s3);
    });
    after(() => rmSync(folder, { recursive: true }));

    it("does not grow with the data set, there and back", async () => {
      const peaks: { readonly snapshot: number; readonly restore: number }[] = [];
      for (const mebibytes of [SMALL_MIB, LARGE_MIB]) {
        s3 = await startStore();
        server = await DataServer.start(engine);
        await fillWithNoise(server, mebibytes);
        const snapshot = await beside.carryOut("snapshot", server, s3);
        assert.ok(snapshot.bytes > 0.9 * mebibytes * MEBIBYTE, `${snapshot.bytes} bytes were sent`);
        const restore = await beside.carryOut("restore", server, s3);
        peaks.push({ snapshot: snapshot.peakRss / MEBIBYTE, restore: restore.peakRss / MEBIBYTE });
        await server.stop();
        await stopStore(s3);
      }
      const [small, large] = peaks;
      assert.ok(small && large);
      for (const way of ["snapshot", "restore"] as const) {
        const growth = large[way] - small[way];
        assert.ok(
          growth <= MOST_GROWTH[way],
          `${way}: peak RSS ${small[way].toFixed(0)} MiB with ${SMALL_MIB} MiB of data, ` +
            `${large[way].toFixed(0)} MiB with ${LARGE_MIB}`,
        );
      }
    });
  });
}

describe("replies that come in pieces", () => {
  const stream = Buffer.concat([
    encode(["a", "bc"]),
    Buffer.from("+OK\r\n:7\r\n$-1\r\n-ERR no\r\n"),
    encode([Buffer.alloc(200_000, 7)]),
  ]);
  const text = (piece: number): string => {
    const decoder = new Decoder();
    const replies = [];
    for (let at = 0; at < stream.length; at += piece) replies.push(...decoder.push(stream.subarray(at, at + piece)));
    return JSON.stringify(replies.map((reply) => (reply instanceof Error ? reply.message : reply)));
  };
  it("are the same, however small the pieces, and none is overwritten by the next", () => {
    const whole = text(stream.length);
    assert.match(whole, /ERR no/);
    for (const piece of [3, 61, 4_096, 65_537]) assert.equal(text(piece), whole, `pieces of ${piece}`);
  });
});
