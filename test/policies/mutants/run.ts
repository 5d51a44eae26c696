import { configure } from "../../../policies/configuration";
import { judge, type Judgement } from "../../../policies/judge";
import { Estate } from "../../../policies/model/estate";
import type { RawResource } from "../../../policies/model/resource";
import type { Family } from "../../../policies/rule";
import { rules } from "../../../policies/rules";
import { shippedConfiguration } from "../../../policies/shipped";
import { TODAY } from "../fixtures/judging";
import type { Mutant } from "./world";

/** What became of one mutant. */
export interface Outcome {
  readonly mutant: Mutant;
  /** Caught by a rule of its family; for a harmless variation: by any. */
  readonly caught: boolean;
  /** Families of the rules that spoke up, in order. */
  readonly families: readonly Family[];
  /** Messages, one a line, for a report that explains itself. */
  readonly said: readonly string[];
  /** What could not be judged. */
  readonly gaps: readonly string[];
}

const { configuration, problems } = configure([shippedConfiguration], rules);
if (problems.length > 0) throw new Error(problems.join("; "));

/** Judges resources by every rule, with the configuration that the pack brings along. */
export const judgeAll = (resources: readonly RawResource[]): Judgement => judge(rules, Estate.of(resources), configuration, TODAY);

/** Judges a mutant. Only rules of its own family count as having caught it. */
export function run(mutant: Mutant): Outcome {
  const { violations, notJudged } = judgeAll(mutant.make());
  const families = [...new Set(violations.map(({ rule }) => rule.family))].sort();
  return {
    mutant,
    caught: mutant.family === null ? violations.length > 0 : families.includes(mutant.family),
    families,
    said: violations.map(({ rule, message }) => `${rule.name}: ${message}`),
    gaps: notJudged.map(({ rule, message }) => `${rule.name}: ${message}`),
  };
}
