import type { Judgement, ReportedGap, ReportedViolation } from "../../policies/judge";
import { title, type Resource } from "../../policies/model/resource";
import type { Profile } from "../../policies/profiles";
import type { Rule } from "../../policies/rule";
import type { Recognised } from "./recognised";

/** Where the fault can be mended: a line of a stack's configuration file. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Finds the place of a violation; undefined where no file is known. */
export type Locate = (resource: Resource, config: readonly string[]) => Place | undefined;

/** A judgement that is ready to be shown. */
export interface Report {
  readonly judgement: Judgement;
  readonly locate: Locate;
  readonly recognised: Recognised;
  readonly profile: Profile;
  /** The rules of the profile. */
  readonly rules: readonly Rule[];
  /** How many resources of which stacks were judged. */
  readonly judged: { readonly resources: number; readonly stacks: readonly string[]; readonly policies: number };
}

export const FORMATS = ["text", "json", "sarif", "markdown"] as const;
export type Format = (typeof FORMATS)[number];

export const resourceTitle = ({ resource, part }: Pick<ReportedViolation, "resource" | "part">): string =>
  `${title(resource)}${part === undefined ? "" : ` (${part})`}`;

/** Without the resource's title, which stands in a column of its own. */
export const bareMessage = ({ resource, message }: ReportedViolation): string =>
  message.startsWith(`${title(resource)}: `) ? message.slice(title(resource).length + 2) : message;

export const isMandatory = (violation: ReportedViolation): boolean => violation.level === "mandatory";

/** The same gap is met by many rules; people need it once, with all of them. */
export function gapsByMessage(gaps: readonly ReportedGap[]): {
  readonly stack: string | undefined;
  readonly resource: string | undefined;
  readonly message: string;
  readonly policies: readonly string[];
}[] {
  const found = new Map<
    string,
    { stack: string | undefined; resource: string | undefined; message: string; policies: string[] }
  >();
  for (const { rule, resource, message } of gaps) {
    const key = JSON.stringify([resource?.stack, resource?.type, resource?.name, message]);
    const known = found.get(key) ?? {
      stack: resource?.stack,
      resource: resource === undefined ? undefined : title(resource),
      message,
      policies: [],
    };
    if (!known.policies.includes(rule.name)) known.policies.push(rule.name);
    found.set(key, known);
  }
  return [...found.values()];
}

/** One exemption lets many findings pass; people need it once. */
export function exemptionsByReason(
  exempted: Judgement["exempted"],
): { readonly policy: string; readonly reason: string; readonly expires: string; readonly parts: readonly string[] }[] {
  const found = new Map<string, { policy: string; reason: string; expires: string; parts: string[] }>();
  for (const { violation, reason, expires } of exempted) {
    const key = JSON.stringify([violation.rule.name, reason, expires]);
    const known = found.get(key) ?? { policy: violation.rule.name, reason, expires, parts: [] };
    const part = violation.part ?? title(violation.resource);
    if (!known.parts.includes(part)) known.parts.push(part);
    found.set(key, known);
  }
  return [...found.values()];
}
