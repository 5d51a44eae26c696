import type { Configuration, Exemption, RuleConfiguration } from "./configuration";
import type { Deployment } from "./model/deployment";
import { title, type Resource } from "./model/resource";
import { UnknownValue } from "./model/value";
import { notJudged, type Finding, type Level, type Rule, type Violation } from "./rule";

/** A violation as it is reported. */
export interface ReportedViolation {
  readonly rule: Rule;
  readonly level: Level;
  readonly resource: Resource;
  readonly part: string | undefined;
  readonly message: string;
  readonly remedy: string;
  /** Keys of the stack's configuration that are at fault. */
  readonly config: readonly string[];
}

export interface ReportedGap {
  readonly rule: Rule;
  readonly resource: Resource | undefined;
  readonly message: string;
}

/** All that a judgement says, in an order that depends on nothing but what was judged. */
export interface Judgement {
  readonly violations: readonly ReportedViolation[];
  readonly notJudged: readonly ReportedGap[];
  /** Violations that an exemption let pass. */
  readonly exempted: readonly {
    readonly violation: ReportedViolation;
    readonly reason: string;
    readonly expires: string;
  }[];
  /** One line for each exemption that has expired; it exempts nothing any more. */
  readonly expired: readonly string[];
}

/** @param today the UTC day as YYYY-MM-DD, by which exemptions expire. */
export function judge(
  rules: readonly Rule[],
  deployment: Deployment,
  configuration: Configuration,
  today: string,
): Judgement {
  const parts = rules.map((rule) => {
    const settings = configuration.get(rule.name);
    return settings === undefined || settings.level === "disabled"
      ? undefined
      : judgeRule(rule, deployment, settings, settings.level, today);
  });
  const done = parts.filter((part) => part !== undefined);
  return {
    violations: done.flatMap((part) => part.violations),
    notJudged: done.flatMap((part) => part.notJudged),
    exempted: done.flatMap((part) => part.exempted),
    expired: rules.flatMap((rule) => expiredOf(rule, configuration.get(rule.name)?.exemptions ?? [], today)),
  };
}

/** One rule alone, as the engine asks for it. */
export function judgeRule(
  rule: Rule,
  deployment: Deployment,
  settings: Pick<RuleConfiguration, "properties" | "exemptions">,
  level: Level,
  today: string,
): Omit<Judgement, "expired"> {
  const findings = [...unique(findingsOf(rule, deployment, settings))].sort(byPlace);
  const violations: ReportedViolation[] = [];
  const exempted: Judgement["exempted"][number][] = [];
  for (const finding of findings) {
    if (finding.kind !== "violation") continue;
    const violation = reported(rule, level, finding);
    const exemption = settings.exemptions.find((each) => each.expires >= today && covers(each, violation));
    if (exemption === undefined) violations.push(violation);
    else exempted.push({ violation, reason: exemption.reason, expires: exemption.expires });
  }
  const gaps = findings.filter((finding) => finding.kind === "not judged");
  return {
    violations,
    exempted,
    notJudged: gaps.map((gap) => ({ rule, resource: gap.subject?.resource, message: gap.message })),
  };
}

export const expiredOf = (rule: Pick<Rule, "name">, exemptions: readonly Exemption[], today: string): string[] =>
  exemptions
    .filter((each) => each.expires < today)
    .map(
      (each) =>
        `${rule.name}: the exemption of ${each.part ?? each.resource} expired on ${each.expires}; mend what it ` +
        "excused, or give it a new date",
    );

function findingsOf(rule: Rule, deployment: Deployment, settings: Pick<RuleConfiguration, "properties">): Finding[] {
  const findings: Finding[] = [];
  try {
    for (const finding of rule.judge(deployment, settings.properties)) findings.push(finding);
  } catch (error) {
    if (!(error instanceof UnknownValue)) throw error;
    findings.push(notJudged(undefined, error.message));
  }
  return findings;
}

const reported = (rule: Rule, level: Level, { subject, message, remedy, config }: Violation): ReportedViolation => ({
  rule,
  level,
  resource: subject.resource,
  part: subject.part,
  message: `${title(subject.resource)}: ${message}`,
  remedy: remedy ?? rule.remedy,
  config: config ?? [],
});

const covers = (exemption: Exemption, violation: ReportedViolation): boolean =>
  glob(exemption.resource).test(violation.resource.name) &&
  (exemption.part === undefined || glob(exemption.part).test(violation.part ?? "")) &&
  (exemption.stack === undefined || exemption.stack === violation.resource.stack);

const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
    "s",
  );

const place = ({ subject, message }: Finding): string[] => [
  subject?.resource.stack ?? "",
  subject?.resource.type ?? "",
  subject?.resource.name ?? "",
  subject?.part ?? "",
  message,
];

function byPlace(a: Finding, b: Finding): number {
  const [left, right] = [place(a), place(b)];
  for (const [i, word] of left.entries()) {
    const other = right[i] ?? "";
    if (word !== other) return word < other ? -1 : 1;
  }
  return 0;
}

/** The same may be found on two ways, such as for two servers that share an ACL file. */
function* unique(findings: readonly Finding[]): Iterable<Finding> {
  const seen = new Set<string>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.kind, ...place(finding)]);
    if (!seen.has(key)) yield finding;
    seen.add(key);
  }
}
