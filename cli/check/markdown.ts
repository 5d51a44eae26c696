import { bareMessage, exemptionsByReason, gapsByMessage, isMandatory, resourceTitle, type Report } from "./report";
import { summary } from "./text";

/** For a comment on a pull request. */
export function markdownReport(report: Report): string {
  const { judgement, locate } = report;
  const lines = [`### ${heading(report)}`, "", `${escape(summary(report))}.`, ""];
  if (judgement.violations.length > 0) {
    lines.push("| | policy | stack | resource | what is wrong | remedy |", "|---|---|---|---|---|---|");
    for (const violation of judgement.violations) {
      const place = locate(violation.resource.stack, violation.config);
      const where = place === undefined ? "" : ` (\`${place.file}:${place.line}\`)`;
      const cells = [
        violation.level,
        `[${violation.rule.name}](${violation.rule.link})`,
        escape(violation.resource.stack),
        escape(resourceTitle(violation)),
        escape(bareMessage(violation)),
        `${escape(violation.remedy)}${where}`,
      ];
      lines.push(`| ${cells.join(" | ")} |`);
    }
    lines.push("");
  }
  if (judgement.expired.length > 0)
    lines.push("**Expired exemptions**", "", ...judgement.expired.map((problem) => `- ${escape(problem)}`), "");
  const gaps = gapsByMessage(judgement.notJudged).map(
    ({ stack, resource, message, policies }) =>
      `- ${escape([stack, resource, message].filter((each) => each !== undefined).join(": "))} (${policies.join(", ")})`,
  );
  lines.push(...folded(`Not judged (${gaps.length})`, gaps));
  const exempted = exemptionsByReason(judgement.exempted).map(
    ({ policy, reason, expires, parts }) =>
      `- ${policy} until ${expires}: ${escape(parts.join("; "))}: ${escape(reason)}`,
  );
  lines.push(...folded(`Exempted (${judgement.exempted.length})`, exempted));
  return lines.join("\n");
}

const heading = ({ judgement }: Report): string => {
  if (judgement.violations.some(isMandatory)) return "❌ The policies refuse this change";
  return judgement.expired.length > 0 ? "❌ An exemption has expired" : "✅ The policies accept this change";
};

const folded = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["<details>", `<summary>${title}</summary>`, "", ...lines, "", "</details>", ""];

/** Names come from configuration: none may end a cell, begin markup or call somebody. */
const escape = (text: string): string =>
  text
    .replace(/[\\`*_[\]<>|]/g, (sign) => `\\${sign}`)
    .replace(/@(?=\w)/g, "@\u200b")
    .replace(/\s+/g, " ");
