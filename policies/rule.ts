import type { Deployment } from "./model/deployment";
import type { Resource } from "./model/resource";
import { UnknownValue } from "./model/value";

/** What a violation does: `mandatory` fails the preview and the check, `advisory` is only reported. */
export type Level = "mandatory" | "advisory";
export type Severity = "low" | "medium" | "high" | "critical";
export type Family = "acl" | "network" | "server" | "storage" | "dr";

/** The part of JSON schema that policy configuration uses. Every property has a default unless it is in `required`. */
export interface Schema {
  readonly type: "string" | "integer" | "number" | "boolean" | "array" | "object";
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** Unknown keys are refused unless this is true. */
  readonly open?: true;
}

/** Where a finding lies. */
export interface Subject {
  readonly resource: Resource;
  /** The part of it that is meant, such as "user litellm" or "container server"; exemptions may name it. */
  readonly part?: string;
}

/** Never holds the value of a property that may be secret: names, positions, ports, selectors and CIDRs only. */
export interface Violation {
  readonly kind: "violation";
  readonly subject: Subject;
  /** One line: the object, and what is wrong with it. The remedy is the rule's unless `remedy` says better. */
  readonly message: string;
  readonly remedy?: string;
  /** The keys of the stack's configuration that are at fault, the most exact last, without the project's name. */
  readonly config?: readonly string[];
}

/** A question that could not be answered, and why. */
export interface NotJudged {
  readonly kind: "not judged";
  readonly subject: Subject | undefined;
  readonly message: string;
}

export type Finding = Violation | NotJudged;

export interface Rule<Config = Readonly<Record<string, unknown>>> {
  /** Its identity: in configuration files, exemptions and SARIF. Never reused for another meaning. */
  readonly name: string;
  readonly family: Family;
  readonly level: Level;
  readonly severity: Severity;
  readonly description: string;
  /** Of which objects and properties, as the continuation of "Reads". */
  readonly reads: string;
  readonly remedy: string;
  readonly link: string;
  readonly configSchema: Readonly<Record<string, Schema>>;
  /**
   * Pure: no clock, no network, no Pulumi. The order of what it yields does not matter.
   * @throws UnknownValue for what {@link attempt} does not cover: the whole rule then counts as not judged.
   */
  judge(deployment: Deployment, config: Config): Iterable<Finding>;
}

export const violation = (
  subject: Subject,
  message: string,
  more: Pick<Violation, "remedy" | "config"> = {},
): Violation => ({
  kind: "violation",
  subject,
  message,
  ...more,
});

export const notJudged = (subject: Subject | undefined, message: string): NotJudged => ({
  kind: "not judged",
  subject,
  message,
});

/** Judges one subject; an unknown met on the way ends the judgement of this subject only, and is said. */
export function* attempt(subject: Subject, judge: () => Iterable<Finding>): Iterable<Finding> {
  try {
    yield* judge();
  } catch (error) {
    if (!(error instanceof UnknownValue)) throw error;
    yield notJudged(subject, error.message);
  }
}
