import { describeVersion } from "../../plan/heldData";
import { describeLoss, type Receipt } from "../../output/receipt";
import { escape } from "./svg";
import { timelineOf, TIMELINE_STYLE } from "./timeline";
import type { History } from "./history";
import { writesChart } from "./writesChart";

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2330; --dim: #5c6675; --line: #d8dde5; --page: #ffffff; --card: #f5f7fa;
  --done: #2f7d4f; --failed: #b3372e; --given: #b07a1b; --primary: #2f6db3; --replica: #9aa6b5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --dim: #9aa6b5; --line: #343c48; --page: #14181f;
  --card: #1d232c; --done: #5bb884; --failed: #e2766c; --given: #dcae5c; --primary: #6ea8e6; --replica: #6b7685; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); margin: 0 auto;
  max-width: 1040px; padding: 32px 24px; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 16px; margin: 32px 0 8px; } p { margin: 4px 0; }
.dim { color: var(--dim); } .done { color: var(--done); } .failed { color: var(--failed); }
.given { color: var(--given); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 12px; margin-top: 20px; }
.fact { background: var(--card); border-radius: 8px; padding: 12px 16px; } .fact b { display: block; font-size: 18px; }
svg { width: 100%; height: auto; display: block; } svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
svg .dim { fill: var(--dim); } ul { padding-left: 20px; margin: 4px 0; }
`;

const OUTCOME = { done: "done", "rolled back": "given", unfinished: "failed" } as const;

/** One receipt as a page that needs nothing else: no script, no font, no request. */
export function receiptPage(receipt: Receipt, histories: readonly History[]): string {
  const { command, outcome, from, to, startedAt } = receipt;
  const move = from !== null && to !== null ? `${from} → ${to}` : (to ?? "");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(`${command} ${move}: ${outcome}`)}</title><style>${STYLE}${TIMELINE_STYLE}</style></head><body>
<h1>${escape(`${command} ${move}`)} <span class="${OUTCOME[outcome]}">${outcome}</span></h1>
<p class="dim">${escape(startedAt)}${receipt.resumed ? ", carried on from an earlier run" : ""}</p>
<div class="facts">${facts(receipt)}</div>
<h2>Steps, roles and epochs</h2>
${timelineOf(receipt)}
${histories.map((history) => `<h2>Writes of ${escape(history.name)}</h2>${writesChart(receipt, history)}`).join("\n")}
${items("Notes", receipt.notes)}${items("Problems", receipt.problems)}
${receipt.nextStep === null ? "" : `<h2>Next step</h2><p>${escape(receipt.nextStep)}</p>`}
</body></html>
`;
}

function facts(receipt: Receipt): string {
  const { seconds, lagAtStartSeconds, writeGap, loss, fenced, discarded, acceptPartial } = receipt;
  const all: (readonly [string, string])[] = [
    ["duration", `${seconds.toFixed(3)} s`],
    ...(writeGap === null
      ? []
      : ([
          [
            `write gap, by the ${writeGap.clock === "guards" ? "guards' clocks" : "command's clock"}`,
            `${writeGap.seconds.toFixed(3)} s`,
          ],
        ] as const)),
    ...(loss === null ? [] : ([["acknowledged writes lost", describeLoss(loss)]] as const)),
    ...(lagAtStartSeconds === null ? [] : ([["lag at the start", `${lagAtStartSeconds.toFixed(3)} s`]] as const)),
    ...((fenced?.written.length ?? 0) > 0 ? ([["fenced", fenced?.written.join(", ") ?? ""]] as const) : []),
    ...((fenced?.notReached.length ?? 0) > 0 ? ([["not reached", fenced?.notReached.join(", ") ?? ""]] as const) : []),
    ...(discarded.length > 0 ? ([["data given up", discarded.map(describeVersion).join(", ")]] as const) : []),
    ...(acceptPartial ? ([["copy", "partial, accepted"]] as const) : []),
  ];
  return all.map(([name, value]) => `<div class="fact"><b>${escape(value)}</b>${escape(name)}</div>`).join("");
}

const items = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? "" : `<h2>${title}</h2><ul>${lines.map((line) => `<li>${escape(line)}</li>`).join("")}</ul>`;
