import type { Benchmark } from "../section";
import { measureHitRates } from "./hitRate";
import { Speed } from "./speed";
import { prepareTools } from "./tools";

/** The resolver beside RouteDNS: both have a cache in memory before a cache in Redis before one upstream 30 ms away. */
export const resolverBenchmark: Benchmark = {
  name: "resolver",
  title: "Resolver",
  async run() {
    const tools = await prepareTools();
    const intro =
      "The resolver and RouteDNS, both with a cache in memory before one in Redis 7.0 on loopback, before the " +
      "same upstream, which answers after 30 ms; in turns, in one run.";
    return [intro, await Speed.run(tools), await measureHitRates(tools)].join("\n\n");
  },
};
