import assert from "node:assert/strict";
import { parseDnsperf } from "../../../bench/resolver/dnsperf";

const PRINTED = `DNS Performance Testing Tool
[Status] Command line: dnsperf -s 127.0.0.1 -v
> NOERROR n0.bench.example A 0.000125
> SERVFAIL n1.bench.example A 0.030000
> T n2.bench.example A

Statistics:

  Queries sent:         3
  Queries completed:    2 (66.67%)
  Queries lost:         1 (33.33%)

  Queries per second:   66.670000
`;

describe("what dnsperf prints", () => {
  it("is read: counts, and the latency of what was answered, in milliseconds", () => {
    assert.deepEqual(parseDnsperf(PRINTED), { sent: 3, lost: 1, perSecond: 66.67, latencies: [0.125, 30] });
  });

  it("is refused when it is something else", () => {
    assert.throws(() => parseDnsperf("usage: …"), /dnsperf printed no "Queries sent"/);
  });
});
