import { percentile } from "../resolver/statistics";

export const SPREAD_HEAD = ["", "p50", "p90", "max", "runs"] as const;

const shown = (ms: number): string =>
  Number.isNaN(ms)
    ? "–"
    : ms < 10
      ? `${ms.toFixed(2)} ms`
      : ms < 1_000
        ? `${Math.round(ms)} ms`
        : `${(ms / 1000).toFixed(2)} s`;

/** The cells of a row, from times in milliseconds. */
export const spread = (times: readonly number[]): readonly string[] => [
  shown(percentile(times, 0.5)),
  shown(percentile(times, 0.9)),
  shown(Math.max(...times)),
  String(times.length),
];
