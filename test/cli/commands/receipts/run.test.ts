import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { receipts } from "../../../../cli/commands/receipts/run";
import { saveReceipt } from "../../../../cli/output/receiptFiles";
import { World } from "../../world/world";
import { ackLog, receipt } from "./page.test";

describe("receipts", () => {
  let folder: string;
  const options = { receipt: null, html: null, history: [] };
  const context = () =>
    new World({ engine: "redis", proof: "required" }).context({ folders: { cwd: folder, state: folder } });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "receipts-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("lists them, oldest first, whatever else lies there", async () => {
    assert.equal((await receipts(options, context())).text, "no receipts here yet\n");
    await saveReceipt(folder, { ...receipt, command: "failover", startedAt: "2026-11-22T00:00:00.000Z", loss: null });
    // As an earlier version wrote it.
    await saveReceipt(folder, { ...receipt, discarded: undefined, roles: undefined } as unknown as typeof receipt);
    writeFileSync(join(folder, "receipts", "broken.json"), "{");
    const { text, code } = await receipts(options, context());
    const rows = text
      .trimEnd()
      .split("\n")
      .map((row) => row.split(/ {2,}/));
    assert.deepEqual(rows, [
      ["RECEIPT", "OUTCOME", "MOVE", "SECONDS", "WRITE GAP", "LOST"],
      ["2026-11-21T01-27-17.000Z-switchover", "done", "primary → dr", "1.650", "0.412 s", "0, proven"],
      ["2026-11-22T00-00-00.000Z-failover", "done", "primary → dr", "1.650", "0.412 s", "-"],
    ]);
    assert.equal(code, 0);
  });

  it("shows one, draws the newest, and says which is not there", async () => {
    await saveReceipt(folder, receipt);
    writeFileSync(join(folder, "writer.log"), ackLog());
    const id = "2026-11-21T01-27-17.000Z-switchover";
    assert.match((await receipts({ ...options, receipt: id }, context())).text, /^switchover primary → dr: done/);
    await receipts({ ...options, html: "page.html", history: ["writer.log"] }, context());
    assert.match(readFileSync(join(folder, "page.html"), "utf8"), /Writes of writer\.log/);
    await assert.rejects(
      receipts({ ...options, receipt: "x" }, context()),
      /there is no receipt x; dragonfly-dr receipts/,
    );
    writeFileSync(join(folder, "empty.log"), "");
    await assert.rejects(
      receipts({ ...options, html: "p", history: ["empty.log"] }, context()),
      /holds no acknowledged write/,
    );
  });
});
