import type { ReportViolation, StackValidationArgs, StackValidationPolicy } from "@pulumi/policy";
import { commonSchema, propertiesOf } from "./configuration";
import { applies } from "./applies";
import { controlOf } from "./frameworks";
import { expiredOf, judgeRule, type ReportedGap } from "./judge";
import { Deployment } from "./model/deployment";
import type { RawResource } from "./model/resource";
import type { Rule } from "./rule";

/** Tells what no rule could judge; the engine itself has no word for it. */
const NOT_JUDGED = "not-judged";

/**
 * The rules as stack policies of Pulumi's engine, and one more, advisory, that lists what they could not judge.
 * @param today gives the UTC day as YYYY-MM-DD.
 */
export function stackPolicies(rules: readonly Rule[], today: () => string): StackValidationPolicy[] {
  const analysis = new Analysis(today);
  return [
    ...rules.map((rule): StackValidationPolicy => ({
      name: rule.name,
      displayName: displayName(rule.name),
      description: rule.description,
      enforcementLevel: rule.level,
      severity: rule.severity,
      remediationSteps: rule.remedy,
      url: rule.link,
      tags: [rule.family],
      framework: { ...controlOf(rule) },
      configSchema: { properties: mutable({ ...rule.configSchema, ...commonSchema }) },
      validateStack: (args, report) => analysis.judge(rule, args, report),
    })),
    {
      name: NOT_JUDGED,
      displayName: displayName(NOT_JUDGED),
      description: "What could not be judged because it is not known before the update.",
      enforcementLevel: "advisory",
      severity: "low",
      validateStack: (_args, report) => analysis.reportGaps(report),
    },
  ];
}

/** As in "Network: default deny". */
function displayName(name: string): string {
  const [family = "", ...words] = name.split("-");
  const head = family.length <= 3 ? family.toUpperCase() : `${family.charAt(0).toUpperCase()}${family.slice(1)}`;
  return `${head}: ${words.join(" ")}`;
}

/** What the policies of one analysis of a stack share. */
class Analysis {
  private deployment: Deployment | undefined;
  private gaps: ReportedGap[] = [];

  constructor(private readonly today: () => string) {}

  judge(rule: Rule, args: StackValidationArgs, report: ReportViolation): void {
    const today = this.today();
    const problems: string[] = [];
    const settings = propertiesOf(rule, args.getConfig<Record<string, unknown>>(), problems);
    for (const problem of [...problems, ...expiredOf(rule, settings.exemptions, today)]) report(problem);
    const judged = judgeRule(rule, this.deploymentOf(args), settings, rule.level, today);
    for (const violation of judged.violations)
      report(`${violation.message}. ${violation.remedy}`, violation.resource.urn);
    this.gaps.push(...judged.notJudged);
    const isSilent = problems.length + judged.violations.length + judged.notJudged.length === 0;
    if (isSilent && !applies(rule.family, this.deploymentOf(args)))
      args.notApplicable(`the stack has nothing that ${rule.family} policies are about`);
  }

  reportGaps(report: ReportViolation): void {
    for (const gap of this.gaps) report(`${gap.rule.name}: ${gap.message}`, gap.resource?.urn);
    this.gaps = [];
  }

  /**
   * The SDK hands every policy a copy of all resources, and reading its proxies is what costs time. It runs the
   * policies
   * of one analysis without ever leaving the microtask queue: what was read serves them all until the next macrotask.
   */
  private deploymentOf(args: StackValidationArgs): Deployment {
    if (this.deployment !== undefined) return this.deployment;
    const deployment = Deployment.of(args.resources.map(raw));
    this.deployment = deployment;
    setImmediate(() => {
      this.deployment = undefined;
      this.gaps = [];
    });
    return deployment;
  }
}

function raw(resource: StackValidationArgs["resources"][number]): RawResource {
  // urn:pulumi:<stack>::<project>::<types>::<name>
  const stack = resource.urn.split("::")[0]?.slice("urn:pulumi:".length) ?? "";
  return { type: resource.type, name: resource.name, props: resource.props, stack, urn: resource.urn };
}

const mutable = <T>(value: unknown): T => JSON.parse(JSON.stringify(value)) as T;
