import { recognisedLine } from "./recognised";
import { bareMessage, exemptionsByReason, gapsByMessage, isMandatory, resourceTitle, type Report } from "./report";

/** For people at a terminal. */
export function textReport(report: Report): string {
  const { judgement, locate, recognised } = report;
  const lines: string[] = [recognisedLine(recognised), ""];
  for (const violation of judgement.violations) {
    const place = locate(violation.resource, violation.config);
    lines.push(
      `${violation.level}: ${violation.rule.name} (${violation.rule.severity})`,
      `  ${violation.resource.stack}: ${resourceTitle(violation)}: ${bareMessage(violation)}`,
      `  remedy: ${violation.remedy}${place === undefined ? "" : ` [${place.file}:${place.line}]`}`,
      "",
    );
  }
  for (const problem of judgement.expired) lines.push(`expired: ${problem}`, "");
  const gaps = gapsByMessage(judgement.notJudged);
  if (gaps.length > 0)
    lines.push(
      "not judged:",
      ...gaps.map(
        ({ stack, resource, message, policies }) =>
          `  ${[stack, resource, message].filter((each) => each !== undefined).join(": ")} (${policies.join(", ")})`,
      ),
      "",
    );
  if (judgement.exempted.length > 0) {
    lines.push(
      "exempted:",
      ...exemptionsByReason(judgement.exempted).map(
        ({ policy, reason, expires, parts }) => `  ${policy} until ${expires}: ${parts.join("; ")}: ${reason}`,
      ),
      "",
    );
  }
  lines.push(summary(report));
  return `${lines.map(printable).join("\n")}\n`;
}

/** Names may hold anything: what would move a terminal's cursor or turn its text around is written out. */
export const printable = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** One line: what was judged and how it went. */
export function summary({ judgement, judged, profile }: Report): string {
  const mandatory = judgement.violations.filter(isMandatory).length;
  const advisory = judgement.violations.length - mandatory;
  const names = judged.stacks.join(", ");
  const stacks = names === "" ? "" : ` of ${judged.stacks.length === 1 ? "stack" : "stacks"} ${names}`;
  const counts = [
    `${mandatory} mandatory`,
    `${advisory} advisory`,
    `${gapsByMessage(judgement.notJudged).length} not judged`,
    `${judgement.exempted.length} exempted`,
  ];
  return (
    `${judged.policies} policies${profile === "generic" ? " (profile generic)" : ""} on ${judged.resources} ` +
    `resources${stacks}: ${counts.join(", ")}`
  );
}
