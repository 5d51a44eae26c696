import type { Receipt } from "../../output/receipt";
import { escape, rect, svg } from "./svg";

const WIDTH = 1000;
const LABEL = 300;
const ROW = 26;
const SITE_LABEL = 110;

export const TIMELINE_STYLE = `
.bar-done { fill: var(--done); } .bar-failed { fill: var(--failed); } .bar-given { fill: var(--given); }
.lane-primary { fill: var(--primary); } .lane-replica { fill: var(--replica); } .lane-none { fill: var(--line); }
.lane-text { fill: #ffffff !important; } .grid { stroke: var(--line); }
`;

interface Scale {
  readonly start: number;
  readonly end: number;
  readonly x: (at: number) => number;
}

/** From the first step to the last, of a run that may have been carried on days later. */
function scaleOf({ steps, startedAt, finishedAt }: Receipt): Scale {
  const begun = steps[0]?.startedAt ?? startedAt;
  const start = Date.parse(begun);
  const end = Math.max(start + 1, Date.parse(finishedAt));
  return { start, end, x: (at) => LABEL + ((at - start) / (end - start)) * (WIDTH - LABEL - 70) };
}

/** Rows of steps over one axis of time, and below it what each site was and when that changed. */
export function timelineOf(receipt: Receipt): string {
  const scale = scaleOf(receipt);
  const steps = receipt.steps.map((step, i) => {
    const begun = Date.parse(step.startedAt);
    const [x, y] = [scale.x(begun), i * ROW];
    const width = Math.max(2, scale.x(begun + step.seconds * 1000) - x);
    const kind = step.outcome === "given up" ? "given" : step.outcome;
    const name = `${escape(short(step.name))}<title>${escape(step.name)}</title>`;
    const time = `${timeText(step.seconds)}${step.outcome === "done" ? "" : ` (${step.outcome})`}`;
    return (
      `<text x="0" y="${y + 17}">${name}</text>` +
      rect(`bar-${kind}`, { x, y: y + 5, width, height: 14 }, ' rx="3"') +
      `<text class="dim" x="${(x + width + 6).toFixed(1)}" y="${y + 17}">${time}</text>`
    );
  });
  const top = receipt.steps.length * ROW + 20;
  const sites = Object.keys(receipt.epochs.after);
  const lanes = sites.map((site, i) => laneOf(receipt, site, scale, top + i * (ROW + 4)));
  const height = top + sites.length * (ROW + 4) + 6;
  return svg(WIDTH, height, "timeline of the steps", [...steps, ...lanes].join(""));
}

/** The site's role and epoch before and after, parted where its object was written. */
function laneOf(receipt: Receipt, site: string, scale: Scale, y: number): string {
  const before = { role: receipt.roles.before[site] ?? null, epoch: receipt.epochs.before[site] ?? null };
  const after = { role: receipt.roles.after[site] ?? null, epoch: receipt.epochs.after[site] ?? null };
  // Names begin with the site whose object is written, or with the verb and the site.
  const naming = new RegExp(`^((promote|restore|fence) )?([^ ]+, )*${site}\\b.* at epoch \\d+$`);
  const writing = receipt.steps.filter((step) => naming.test(step.name)).at(-1);
  const changed = before.role !== after.role || before.epoch !== after.epoch;
  const at = writing === undefined ? scale.end : Date.parse(writing.startedAt) + writing.seconds * 1000;
  const parts = changed
    ? [part(before, scale.x(scale.start), scale.x(at), y), part(after, scale.x(at), scale.x(scale.end), y)]
    : [part(after, scale.x(scale.start), scale.x(scale.end), y)];
  return `<text x="${LABEL - SITE_LABEL}" y="${y + 17}">${escape(site)}</text>${parts.join("")}`;
}

function part(
  { role, epoch }: { role: string | null; epoch: number | null },
  from: number,
  to: number,
  y: number,
): string {
  const width = Math.max(1, to - from);
  const label = role === null ? "no object" : `${role}, epoch ${epoch}`;
  const text =
    width < label.length * 7
      ? ""
      : `<text class="lane-text" x="${(from + 8).toFixed(1)}" y="${y + 17}">${label}</text>`;
  const box = { x: from, y: y + 1, width, height: ROW - 2 };
  return rect(`lane-${role ?? "none"}`, box, ' rx="3"', `<title>${label}</title>`) + text;
}

const short = (name: string): string => (name.length > 44 ? `${name.slice(0, 43)}…` : name);
const timeText = (seconds: number): string =>
  seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(2)} s`;
