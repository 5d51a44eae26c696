import assert from "node:assert/strict";
import { createLog } from "../../resolver/log";

describe("the log", () => {
  it("is one JSON object a line, of the wanted level and above", () => {
    const lines: string[] = [];
    const log = createLog("warn", (line) => void lines.push(line));
    log("info", "not shown");
    log("error", "shown", { code: 7, text: 'two\n"lines"', nothing: undefined });
    assert.equal(lines.length, 1);
    const [line = ""] = lines;
    assert.ok(line.endsWith("\n") && line.indexOf("\n") === line.length - 1);
    const { time, ...rest } = JSON.parse(line) as Record<string, unknown>;
    assert.ok(!Number.isNaN(Date.parse(String(time))));
    assert.deepEqual(rest, { level: "error", event: "shown", code: 7, text: 'two\n"lines"' });
  });
});
