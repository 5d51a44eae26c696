import { bareMessage, exemptionsByReason, gapsByMessage, isMandatory, resourceTitle, type Report } from "./report";

/** For people at a terminal. */
export function textReport({ judgement, locate, judged }: Report): string {
  const lines: string[] = [];
  for (const violation of judgement.violations) {
    const place = locate(violation.resource.stack, violation.config);
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
  lines.push(`${summary({ judgement, locate, judged })}\n`);
  return lines.join("\n");
}

/** One line: what was judged and how it went. */
export function summary({ judgement, judged }: Report): string {
  const mandatory = judgement.violations.filter(isMandatory).length;
  const advisory = judgement.violations.length - mandatory;
  const counts = [
    `${mandatory} mandatory`,
    `${advisory} advisory`,
    `${gapsByMessage(judgement.notJudged).length} not judged`,
    `${judgement.exempted.length} exempted`,
  ];
  return `${judged.policies} policies on ${judged.resources} resources of ${judged.stacks.length === 1 ? "stack" : "stacks"} ${judged.stacks.join(", ")}: ${counts.join(", ")}`;
}
