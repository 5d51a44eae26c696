import assert from "node:assert/strict";
import fc from "fast-check";
import { renderTally } from "../../../resolver/metrics/exposition";
import { Histogram, LATENCY_BOUNDS } from "../../../resolver/metrics/histogram";
import { L2Tally } from "../../../resolver/metrics/l2Tally";
import {
  addSnapshots,
  emptySnapshot,
  ofExitedWorkers,
  Tally,
  type TallySnapshot,
} from "../../../resolver/metrics/tally";

const valueOf = (text: string, series: string): number =>
  Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length + 1) ?? NaN,
  );

describe("what is counted", () => {
  it("falls into the bucket whose bound is not below it", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 10, noNaN: true })), (seconds) => {
        const histogram = new Histogram();
        for (const each of seconds) histogram.observe(each);
        const { counts, sum } = histogram.snapshot();
        const expected = [...LATENCY_BOUNDS, Infinity].map(
          (bound, i) => seconds.filter((each) => each <= bound && each > (LATENCY_BOUNDS[i - 1] ?? -1)).length,
        );
        assert.deepEqual(counts, expected);
        assert.ok(Math.abs(sum - seconds.reduce((a, b) => a + b, 0)) < 1e-6);
      }),
    );
  });

  it("adds up over processes, and adds nothing where there is nothing", () => {
    const [a, b] = [new Tally(), new Tally()];
    a.counts.l1Hits = 3;
    b.counts.l1Hits = 4;
    b.counts.entries = 2;
    a.rcode(0);
    b.rcode(0);
    b.rcode(9);
    b.latency.l2.observe(0.002);
    const sum = addSnapshots(a.snapshot(), b.snapshot());
    assert.deepEqual(
      [sum.counts.l1Hits, sum.counts.entries, sum.rcodes.noerror, sum.rcodes.other, sum.latency.l2.sum],
      [7, 2, 2, 1, 0.002],
    );
    assert.deepEqual(addSnapshots(sum, emptySnapshot), sum);
  });

  it("is shown as Prometheus reads it: tiers as labels, buckets cumulated", () => {
    const tally = new Tally();
    tally.counts.l1Hits = 5;
    tally.counts.l2Misses = 6;
    for (const seconds of [0.00004, 0.0004, 100]) tally.latency.l1.observe(seconds);
    const text = renderTally(tally.snapshot());
    assert.equal(valueOf(text, 'heimdall_cache_hits_total{tier="l1"}'), 5);
    assert.equal(valueOf(text, 'heimdall_cache_hits_total{tier="l2"}'), 0);
    assert.equal(valueOf(text, 'heimdall_cache_misses_total{tier="l2"}'), 6);
    const bucket = (le: string): number =>
      valueOf(text, `heimdall_query_duration_seconds_bucket{origin="l1",le="${le}"}`);
    assert.deepEqual(["0.00005", "0.00025", "0.0005", "5", "+Inf"].map(bucket), [1, 1, 2, 2, 3]);
    assert.equal(valueOf(text, 'heimdall_query_duration_seconds_count{origin="l1"}'), 3);
    for (const line of text.trim().split("\n"))
      assert.match(line, /^(# (HELP|TYPE) heimdall_\w+ .+|heimdall_\w+(\{(\w+="[^"]*",?)+\})? \S+)$/);
    assert.ok(text.endsWith("\n"));
  });

  it("knows of the shared cache what each process has seen: sums, and the worst of the breakers", () => {
    const [primary, worker, other] = [new L2Tally(), new L2Tally(), new L2Tally()];
    primary.watch("write", () => "closed");
    worker.watch("read", () => "open");
    other.watch("read", () => "closed");
    worker.operation("get", "slow", 0.1);
    other.operation("get", undefined, 0.0002);
    primary.operation("set", "busy", 0);
    const of = (l2: L2Tally): TallySnapshot => ({ ...emptySnapshot, l2: l2.snapshot() });
    const text = renderTally([of(worker), of(primary), of(other)].reduce(addSnapshots));
    assert.deepEqual(
      [
        'breaker{side="read"}',
        'breaker{side="write"}',
        'errors_total{operation="get",kind="slow"}',
        'errors_total{operation="set",kind="busy"}',
      ].map((series) => valueOf(text, `heimdall_l2_${series}`)),
      [2, 0, 1, 1],
    );
    assert.equal(valueOf(text, 'heimdall_l2_duration_seconds_count{operation="get"}'), 2);
    assert.ok(!text.includes('operation="del"'));
    const gone = renderTally(addSnapshots(ofExitedWorkers(of(worker)), of(other)));
    assert.equal(valueOf(gone, 'heimdall_l2_breaker{side="read"}'), 0, "a process that is gone leaves nothing out");
    assert.equal(valueOf(gone, 'heimdall_l2_errors_total{operation="get",kind="slow"}'), 1);
  });
});
