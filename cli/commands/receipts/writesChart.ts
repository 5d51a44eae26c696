import type { Receipt } from "../../output/receipt";
import { longestGap, type History } from "./history";
import { rect, svg } from "./svg";

const WIDTH = 1000;
const HEIGHT = 130;
const BINS = 200;
/** Shown before the command's first step and after its last. */
const MARGIN_MS = 2_000;

/** Acknowledged writes over time around the command, and the longest time without one. */
export function writesChart(receipt: Receipt, history: History): string {
  const begun = Date.parse(receipt.steps[0]?.startedAt ?? receipt.startedAt);
  const ended = Date.parse(receipt.finishedAt);
  const [start, end] = [begun - MARGIN_MS, ended + MARGIN_MS];
  const x = (at: number): number => ((at - start) / (end - start)) * WIDTH;
  const bin = (end - start) / BINS;
  const counts = new Array<number>(BINS).fill(0);
  for (const at of history.acknowledged) {
    const i = Math.floor((at - start) / bin);
    if (i >= 0 && i < BINS) counts[i] = (counts[i] ?? 0) + 1;
  }
  const most = Math.max(1, ...counts);
  const bars = counts.map((count, i) => {
    const height = (count / most) * (HEIGHT - 40);
    const box = { x: i * (WIDTH / BINS), y: HEIGHT - 22 - height, width: WIDTH / BINS - 1, height };
    return count === 0 ? "" : rect("bar-done", box);
  });
  const gap = longestGap(history, begun, ended);
  const failed = history.failed.filter((at) => at >= start && at <= end).length;
  const inside = history.acknowledged.filter((at) => at >= start && at <= end).length;
  const unknown = failed > 0 ? `, ${failed} of unknown outcome` : "";
  const words = `${inside} acknowledged${unknown}; at most ${most} in ${Math.round(bin)} ms`;
  const base = HEIGHT - 22;
  return svg(
    WIDTH,
    HEIGHT,
    "acknowledged writes over time",
    `<line class="grid" x1="0" x2="${WIDTH}" y1="${base}" y2="${base}"/>${bars.join("")}` +
      (gap === null ? "" : gapMark(gap.from, gap.to, x)) +
      `<text class="dim" x="0" y="${HEIGHT - 6}">${words}</text>`,
  );
}

function gapMark(from: number, to: number, x: (at: number) => number): string {
  const [left, right] = [x(from), x(to)];
  const label = `longest gap ${to - from} ms`;
  const anchor = right > WIDTH - 140 ? `x="${left.toFixed(1)}" text-anchor="end"` : `x="${(left + 2).toFixed(1)}"`;
  const box = { x: left, y: 18, width: Math.max(1, right - left), height: HEIGHT - 40 };
  return `${rect("bar-failed", box, ' opacity="0.25"')}<text ${anchor} y="12">${label}</text>`;
}
