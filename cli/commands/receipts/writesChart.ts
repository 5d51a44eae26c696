import type { Receipt } from "../../output/receipt";
import { longestGap, type History } from "./history";

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
    const y = HEIGHT - 22 - height;
    return count === 0
      ? ""
      : `<rect class="bar-done" x="${(i * (WIDTH / BINS)).toFixed(1)}" y="${y.toFixed(1)}" ` +
          `width="${(WIDTH / BINS - 1).toFixed(1)}" height="${height.toFixed(1)}"/>`;
  });
  const gap = longestGap(history, begun, ended);
  const failed = history.failed.filter((at) => at >= start && at <= end).length;
  const inside = history.acknowledged.filter((at) => at >= start && at <= end).length;
  const words =
    `${inside} acknowledged${failed > 0 ? `, ${failed} of unknown outcome` : ""}; at most ${most} in ` +
    `${Math.round(bin)} ms`;
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="acknowledged writes over time">` +
    `<line class="grid" x1="0" x2="${WIDTH}" y1="${HEIGHT - 22}" y2="${HEIGHT - 22}"/>${bars.join("")}` +
    (gap === null ? "" : gapMark(gap.from, gap.to, x)) +
    `<text class="dim" x="0" y="${HEIGHT - 6}">${words}</text></svg>`
  );
}

function gapMark(from: number, to: number, x: (at: number) => number): string {
  const [left, right] = [x(from), x(to)];
  const label = `longest gap ${to - from} ms`;
  const anchor = right > WIDTH - 140 ? `x="${left.toFixed(1)}" text-anchor="end"` : `x="${(left + 2).toFixed(1)}"`;
  return (
    `<rect class="bar-failed" opacity="0.25" x="${left.toFixed(1)}" y="18" ` +
    `width="${Math.max(1, right - left).toFixed(1)}" height="${HEIGHT - 40}"/>` +
    `<text ${anchor} y="12">${label}</text>`
  );
}
