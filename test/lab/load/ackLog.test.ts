import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AckLog, now, readAckLog } from "../../../lab/load/ackLog";

describe("lab/load: the acknowledgement log", () => {
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-log-"));
  after(() => rmSync(folder, { recursive: true }));
  const header = { run: "r1", prefix: "cache:x:" };

  it("reads back what was written, in order, with its end", async () => {
    const path = join(folder, "whole.log");
    const log = new AckLog(path, header);
    const moments = [now(), now(), now()] as const;
    log.acknowledged(0, moments[0]);
    log.unknown(1, moments[1], "READONLY");
    await log.close(moments[2]);
    assert.deepEqual(await readAckLog(path), {
      header,
      entries: [
        { outcome: "acknowledged", number: 0, at: moments[0] },
        { outcome: "unknown", number: 1, at: moments[1] },
      ],
      end: moments[2],
    });
  });

  it("leaves out a last line that a killed writer did not finish", async () => {
    const path = join(folder, "cut.log");
    writeFileSync(path, `R ${JSON.stringify(header)}\nA 0 100 1\nA 1 2`);
    const { entries, end } = await readAckLog(path);
    assert.deepEqual([entries.length, end], [1, null]);
  });

  it("refuses a line of another kind, by file and line, and a file without a header", async () => {
    const path = join(folder, "bad.log");
    writeFileSync(path, `R ${JSON.stringify(header)}\nA 0 100 1\n`);
    appendFileSync(path, "hello\n");
    await assert.rejects(readAckLog(path), { message: `${path}:3: not a line of an acknowledgement log` });
    writeFileSync(path, "");
    await assert.rejects(readAckLog(path), /has no header/);
  });

  it("never appends to a log that exists", async () => {
    const path = join(folder, "twice.log");
    await new AckLog(path, header).close(now());
    await assert.rejects(new AckLog(path, header).close(now()), /EEXIST/);
  });
});
