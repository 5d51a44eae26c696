import { createHash } from "node:crypto";
import { title } from "../../policies/model/resource";
import type { ReportedViolation } from "../../policies/judge";
import type { Rule, Severity } from "../../policies/rule";
import { isEmpty, recognisedLine } from "./recognised";
import type { Locate, Report } from "./report";

/** What code scanning ranks by: a score of 0 to 10. */
const SCORE: Readonly<Record<Severity, string>> = { low: "3.0", medium: "5.5", high: "8.0", critical: "9.5" };
const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

/** A SARIF 2.1.0 log with one run. Every result has a place in a file: code scanning drops those without. */
export function sarifReport({ judgement, locate, recognised, rules }: Report, version: string): unknown {
  return {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "dragonfly-dr check", semanticVersion: version, rules: rules.map(descriptor) } },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: [
              { level: isEmpty(recognised) ? "warning" : "note", message: { text: recognisedLine(recognised) } },
              ...judgement.expired.map((text) => ({ level: "error", message: { text } })),
              ...judgement.notJudged.map(({ rule, resource, message }) => ({
                level: "note",
                message: {
                  text:
                    `${resource === undefined ? "" : `${resource.stack}: ${title(resource)}: `}not judged: ` +
                    `${message}`,
                },
                associatedRule: { id: rule.name, index: rules.indexOf(rule) },
              })),
            ],
          },
        ],
        results: [
          ...judgement.violations.map((violation) => result(violation, rules, locate)),
          ...judgement.exempted.map(({ violation, reason, expires }) => ({
            ...result(violation, rules, locate),
            suppressions: [{ kind: "external", status: "accepted", justification: `${reason} (until ${expires})` }],
          })),
        ],
      },
    ],
  };
}

const descriptor = (rule: Rule) => ({
  id: rule.name,
  name: rule.name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase()),
  shortDescription: { text: rule.description },
  fullDescription: { text: rule.description },
  help: { text: rule.remedy, markdown: `${rule.remedy} [More](${rule.link})` },
  helpUri: rule.link,
  defaultConfiguration: { level: levelOf(rule.level) },
  properties: {
    tags: ["security", rule.family],
    "security-severity": SCORE[rule.severity],
    problem: { severity: levelOf(rule.level) },
  },
});

function result(violation: ReportedViolation, rules: readonly Rule[], locate: Locate) {
  const { rule, level, resource, part, message, remedy, config } = violation;
  const place = locate(resource, config);
  return {
    ruleId: rule.name,
    ruleIndex: rules.indexOf(rule),
    level: levelOf(level),
    message: { text: `${message}. ${remedy}` },
    locations: [
      {
        ...(place === undefined
          ? {}
          : { physicalLocation: { artifactLocation: { uri: uriOf(place.file) }, region: { startLine: place.line } } }),
        logicalLocations: [
          {
            name: resource.name,
            fullyQualifiedName: [
              resource.stack,
              resource.type,
              resource.name,
              ...(part === undefined ? [] : [part]),
            ].join("::"),
            kind: "resource",
          },
        ],
      },
    ],
    // Stays the same while lines move: the same fault is not reported as a new one.
    partialFingerprints: {
      "violation/v1": createHash("sha256")
        .update([rule.name, resource.stack, resource.type, resource.name, part ?? "", message].join("\n"))
        .digest("hex")
        .slice(0, 32),
    },
  };
}

const levelOf = (level: string): "error" | "warning" => (level === "mandatory" ? "error" : "warning");

/** Relative, as in the repository. */
const uriOf = (file: string): string => file.split(/[\\/]/).map(encodeURIComponent).join("/");
