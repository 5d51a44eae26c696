import type { Benchmark } from "./section";

/** In the order of the document. */
export const benchmarks: readonly Benchmark[] = [];
