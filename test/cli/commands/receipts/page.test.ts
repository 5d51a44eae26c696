import assert from "node:assert/strict";
import { longestGap, parseHistory } from "../../../../cli/commands/receipts/history";
import { receiptPage } from "../../../../cli/commands/receipts/page";
import type { Receipt } from "../../../../cli/output/receipt";

const START = Date.parse("2026-11-21T01:27:17.000Z");
const step = (name: string, from: number, ms: number, outcome: "done" | "failed" | "given up" = "done") => ({
  name,
  startedAt: new Date(START + from).toISOString(),
  seconds: ms / 1000,
  outcome,
});

export const receipt: Receipt = {
  version: 1,
  command: "switchover",
  outcome: "done",
  from: "primary",
  to: "dr",
  mode: "handover",
  resumed: false,
  startedAt: new Date(START).toISOString(),
  finishedAt: new Date(START + 1_650).toISOString(),
  seconds: 1.65,
  steps: [
    step("prepare primary for the handover at epoch 2", 0, 35),
    step("wait for primary to be ready", 35, 180),
    step("dr takes over at epoch 2", 215, 310),
    step("primary becomes replica of dr at epoch 2", 525, 95),
    step("wait for primary to follow dr in sync", 620, 1_030),
  ],
  epochs: { before: { primary: 1, dr: 1 }, after: { primary: 2, dr: 2 } },
  roles: { before: { primary: "primary", dr: "replica" }, after: { primary: "replica", dr: "primary" } },
  lagAtStartSeconds: 0.112,
  writeGap: { seconds: 0.412, clock: "guards" },
  loss: { proven: 0 },
  fenced: null,
  acceptPartial: false,
  discarded: [],
  notes: ["a note with <b>markup</b> & such"],
  problems: [],
  nextStep: null,
};

/** A writer with an acknowledgement each 4 ms, and none for 450 ms around the takeover. */
export const ackLog = (): string => {
  const lines = ['R {"run":"r","prefix":"w:"}'];
  for (let at = -1_800, n = 0; at < 3_500; at += 4, n++)
    lines.push(`${at > 100 && at < 550 ? "U" : "A"} ${n} 0 ${START + at}${at > 100 && at < 550 ? " closed" : ""}`);
  return lines.join("\n");
};

describe("a receipt's page", () => {
  const history = parseHistory("writer-dr.log", ackLog());

  it("finds the longest gap that touches the command", () => {
    const gap = longestGap(history, START, START + 1_650);
    assert.deepEqual(gap, { from: START + 100, to: START + 552 });
    assert.equal(longestGap(parseHistory("x", "A 1 0 5"), 0, 10), null);
  });

  it("shows every step, both sites' roles and epochs, the gap and the loss, and needs nothing else", () => {
    const html = receiptPage(receipt, [history]);
    for (const each of receipt.steps) assert.ok(html.includes(`<title>${each.name}</title>`), each.name);
    for (const words of ["primary, epoch 1", "replica, epoch 2", "primary, epoch 2", "longest gap 452 ms", "0, proven"])
      assert.ok(html.includes(words), words);
    assert.doesNotMatch(html, /https?:|<script|<link|url\(|@import/);
    assert.ok(html.includes("a note with &lt;b&gt;markup&lt;/b&gt; &amp; such"));
  });
});
