import { failoverBenchmark } from "./failover/benchmark";
import { gatewayBenchmark } from "./gateway/benchmark";
import { policiesBenchmark } from "./policies/benchmark";
import { resolverBenchmark } from "./resolver/benchmark";
import { rpoBenchmark } from "./rpo/benchmark";
import type { Benchmark } from "./section";
import { snapshotsBenchmark } from "./snapshots/benchmark";
import { stormBenchmark } from "./storm/benchmark";
import { switchoverBenchmark } from "./switchover/benchmark";

/** In the order of the document. */
export const benchmarks: readonly Benchmark[] = [
  switchoverBenchmark,
  stormBenchmark,
  failoverBenchmark,
  rpoBenchmark,
  gatewayBenchmark,
  resolverBenchmark,
  policiesBenchmark,
  snapshotsBenchmark,
];
