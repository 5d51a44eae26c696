import { bareMessage, exemptionsByReason, gapsByMessage, isMandatory, resourceTitle, type Report } from "./report";
import { isEmpty, recognisedLine } from "./recognised";
import { printable, summary } from "./text";

/** For a comment on a pull request. */
export function markdownReport(report: Report): string {
  const { judgement, locate } = report;
  const seen = capital(recognisedLine(report.recognised));
  const lines = [`### ${heading(report)}`, "", `${escape(seen)}.`, "", `${escape(summary(report))}.`, ""];
  if (judgement.violations.length > 0) {
    lines.push("| | policy | stack | resource | what is wrong | remedy |", "|---|---|---|---|---|---|");
    for (const violation of judgement.violations) {
      const place = locate(violation.resource, violation.config);
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
      `- ${escape([stack, resource, message].filter((each) => each !== undefined).join(": "))} ` +
      `(${policies.join(", ")})`,
  );
  lines.push(...folded(`Not judged (${gaps.length})`, gaps));
  const exempted = exemptionsByReason(judgement.exempted).map(
    ({ policy, reason, expires, parts }) =>
      `- ${policy} until ${expires}: ${escape(parts.join("; "))}: ${escape(reason)}`,
  );
  lines.push(...folded(`Exempted (${judgement.exempted.length})`, exempted));
  return lines.join("\n");
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const heading = ({ judgement, recognised }: Report): string => {
  if (judgement.violations.some(isMandatory)) return "❌ The policies refuse this change";
  if (isEmpty(recognised)) return "❌ No cache was found";
  return judgement.expired.length > 0 ? "❌ An exemption has expired" : "✅ The policies accept this change";
};

const folded = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["<details>", `<summary>${title}</summary>`, "", ...lines, "", "</details>", ""];

/** Names come from configuration: none may end a cell, begin markup or call somebody. */
const escape = (text: string): string =>
  printable(text)
    .replace(/[\\`*_[\]<>|]/g, (sign) => `\\${sign}`)
    .replace(/@(?=\w)/g, "@\u200b")
    .replace(/\s+/g, " ");
