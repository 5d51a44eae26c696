import assert from "node:assert/strict";
import fc from "fast-check";
import { renderTally } from "../../../resolver/metrics/exposition";
import { Histogram, LATENCY_BOUNDS } from "../../../resolver/metrics/histogram";
import { addSnapshots, emptySnapshot, Tally } from "../../../resolver/metrics/tally";

const valueOf = (text: string, series: string): number => Number(text.split("\n").find((line) => line.startsWith(`${series} `))?.slice(series.length + 1) ?? NaN);

describe("what is counted", () => {
  it("falls into the bucket whose bound is not below it", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 10, noNaN: true })), (seconds) => {
        const histogram = new Histogram();
        for (const each of seconds) histogram.observe(each);
        const { counts, sum } = histogram.snapshot();
        const expected = [...LATENCY_BOUNDS, Infinity].map((bound, i) => seconds.filter((each) => each <= bound && each > (LATENCY_BOUNDS[i - 1] ?? -1)).length);
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
    assert.deepEqual([sum.counts.l1Hits, sum.counts.entries, sum.rcodes.noerror, sum.rcodes.other, sum.latency.l2.sum], [7, 2, 2, 1, 0.002]);
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
    const bucket = (le: string): number => valueOf(text, `heimdall_query_duration_seconds_bucket{origin="l1",le="${le}"}`);
    assert.deepEqual(["0.00005", "0.00025", "0.0005", "5", "+Inf"].map(bucket), [1, 1, 2, 2, 3]);
    assert.equal(valueOf(text, 'heimdall_query_duration_seconds_count{origin="l1"}'), 3);
    for (const line of text.trim().split("\n")) assert.match(line, /^(# (HELP|TYPE) heimdall_\w+ .+|heimdall_\w+(\{(\w+="[^"]*",?)+\})? \S+)$/);
    assert.ok(text.endsWith("\n"));
  });
});
