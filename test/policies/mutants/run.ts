import { configure } from "../../../policies/configuration";
import { judge, type Judgement } from "../../../policies/judge";
import { Deployment } from "../../../policies/model/deployment";
import type { RawResource } from "../../../policies/model/resource";
import type { Rule } from "../../../policies/rule";
import { rules } from "../../../policies/rules";
import { shippedConfiguration } from "../../../policies/shipped";
import { TODAY } from "../fixtures/judging";
import type { Mutant } from "./world";

/** What became of one mutant. */
export interface Outcome {
  readonly mutant: Mutant;
  /** Caught by a rule of its family; for a harmless variation: by any. */
  readonly caught: boolean;
  /** Messages, one a line, for a report that explains itself. */
  readonly said: readonly string[];
  /** What could not be judged. */
  readonly gaps: readonly string[];
}

const { configuration, problems } = configure([shippedConfiguration], rules);
if (problems.length > 0) throw new Error(problems.join("; "));

const judgeBy = (own: readonly Rule[], resources: readonly RawResource[]): Judgement =>
  judge(own, Deployment.of(resources), configuration, TODAY);

/** Judges resources by every rule, with the configuration that the pack brings along. */
export const judgeAll = (resources: readonly RawResource[]): Judgement => judgeBy(rules, resources);

/** Judges a mutant by the rules of its family, a harmless variation by all. */
export function run(mutant: Mutant): Outcome {
  const { violations, notJudged } = judgeBy(
    mutant.family === null ? rules : rules.filter(({ family }) => family === mutant.family),
    mutant.make(),
  );
  return {
    mutant,
    caught: violations.length > 0,
    said: violations.map(({ rule, message }) => `${rule.name}: ${message}`),
    gaps: notJudged.map(({ rule, message }) => `${rule.name}: ${message}`),
  };
}
