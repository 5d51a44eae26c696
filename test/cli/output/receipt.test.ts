import assert from "node:assert/strict";
import { PlainProgress, TerminalProgress } from "../../../cli/output/progress";
import { describeReceipt, receiptName, type Receipt } from "../../../cli/output/receipt";
import { Steps } from "../../../cli/output/steps";
import { WriteGapMeter } from "../../../cli/output/writeGap";
import { initialPrimary, takingOver } from "../../../cli/plan/specs";
import { epoch } from "../../../server/types";
import { DR, following, NOW, object, PRIMARY, serving } from "../scene";
import { VirtualClock } from "../world/virtualClock";

const receipt: Receipt = {
  version: 1,
  command: "switchover",
  outcome: "done",
  from: "primary",
  to: "dr",
  mode: "handover",
  resumed: false,
  startedAt: "2026-01-01T00:00:00.000Z",
  finishedAt: "2026-01-01T00:00:01.500Z",
  seconds: 1.5,
  steps: [{ name: "prepare primary", startedAt: "2026-01-01T00:00:00.000Z", seconds: 0.25, outcome: "done" }],
  epochs: { before: { primary: 1, dr: null }, after: { primary: 2, dr: 2 } },
  lagAtStartSeconds: 0.1,
  writeGap: { seconds: 0.4, clock: "guards" },
  loss: { proven: 0 },
  fenced: null,
  acceptPartial: false,
  discarded: [],
  roles: { before: { primary: "primary", dr: "replica" }, after: { primary: "replica", dr: "primary" } },
  notes: [],
  problems: [],
  nextStep: null,
};

describe("a receipt", () => {
  it("is named by time and command, and told in lines", () => {
    assert.equal(receiptName(receipt), "2026-01-01T00-00-00.000Z-switchover.json");
    assert.equal(
      describeReceipt(receipt),
      `switchover primary → dr: done
  epochs          primary 1 → 2, dr - → 2
  duration        1.500 s
  lag at start    0.100 s
  write gap       0.400 s (by the guards' clocks)
  writes lost     0, proven by the handover
  step               0.250 s  prepare primary
`,
    );
  });

  it("says what a forced promotion may have lost", () => {
    const text = describeReceipt({
      ...receipt,
      loss: { proven: null, upperBoundSeconds: 0.84, upperBoundWrites: 120 },
      writeGap: null,
      fenced: { written: [], notReached: ["primary"] },
    });
    assert.match(text, /writes lost {5}at most those of 0\.8 s, at most 120\n {2}not reached /);
    assert.match(text, / not reached {5}primary: closes when it learns of the epoch/);
  });
});

describe("the write gap", () => {
  const at = (ms: number) => ({ updatedAt: new Date(NOW + ms).toISOString() });
  const a = (open: boolean, ms: number) =>
    object(initialPrimary(PRIMARY, epoch(1)), serving({ serving: open, ...at(ms) }));
  const b = (open: boolean, ms: number) =>
    object(takingOver(DR, epoch(2), PRIMARY, null), following({ serving: open, epoch: 2, ...at(ms) }));

  it("is from the old primary's close to the new one's open, by the guards' clocks", () => {
    const meter = new WriteGapMeter();
    meter.observe(a(true, 0), b(false, 0), 2, 5_000);
    assert.equal(meter.result(), null);
    meter.observe(a(false, 100), b(false, 0), 2, 5_150);
    meter.observe(a(false, 900), b(true, 420), 2, 5_500);
    assert.deepEqual(meter.result(), { seconds: 0.32, clock: "guards" });
  });

  it("is by this command's clock when a guard's is wrong", () => {
    const meter = new WriteGapMeter();
    meter.observe(a(true, 0), b(false, 0), 2, 5_000);
    meter.observe(a(false, 100), b(false, 0), 2, 5_100);
    meter.observe(a(false, 100), b(true, 60_000), 2, 5_500);
    assert.deepEqual(meter.result(), { seconds: 0.4, clock: "command" });
  });

  it("is not known where the close was not seen, and none where the server itself handed over", () => {
    const late = new WriteGapMeter();
    late.observe(a(false, 0), b(true, 100), 2, 5_000);
    assert.equal(late.result(), null);
    const seamless = new WriteGapMeter();
    seamless.observe(a(true, 0), b(true, 100), 2, 5_000);
    seamless.observe(a(false, 150), b(true, 100), 2, 5_050);
    assert.deepEqual(seamless.result(), { seconds: 0, clock: "guards" });
  });
});

describe("the progress", () => {
  it("is a line with its time for each thing that happens, in a log", () => {
    let text = "";
    const clock = new VirtualClock();
    const steps = new Steps(clock, new PlainProgress({ write: (s: string) => (text += s) }));
    steps.begin("one");
    steps.tell("half");
    steps.tell("half");
    steps.begin("one");
    clock.pass(250);
    steps.begin("two");
    steps.end("failed");
    assert.deepEqual(
      text
        .trim()
        .split("\n")
        .map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, "")),
      ["one ...", "one: half", "one: done after 0.250 s", "two ...", "two: failed after 0.000 s"],
    );
    assert.deepEqual(
      steps.records.map((r) => [r.name, r.seconds, r.outcome]),
      [
        ["one", 0.25, "done"],
        ["two", 0, "failed"],
      ],
    );
  });

  it("is one line a step on a terminal, no wider than it", () => {
    let text = "";
    const progress = new TerminalProgress({ write: (s: string) => (text += s) }, 30);
    progress.begin("a step with a name that is rather long");
    progress.end("done", 1.234);
    const [first = "", last = ""] = text.split("\u001b[K").slice(1);
    assert.ok(first.replace("\r", "").length <= 29);
    assert.match(last, /✓.*a step with a name that is rather long {2}1\.23 s\n$/);
  });
});
