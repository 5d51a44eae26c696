import type { JsonObject } from "../../plugin/propertyValues";
import { numberAt, valueAt } from "../json";
import { condition, describeCondition, failed, type Judgement, READY, waiting } from "./judgement";

/** Ready when complete; a suspended Job is not waited for. */
export function judgeJob(job: JsonObject): Judgement {
  if (condition(job, "Complete")?.["status"] === "True") return READY;
  const failure = condition(job, "Failed");
  if (failure?.["status"] === "True") return failed(`the job failed: ${describeCondition(failure)}`);
  if (valueAt(job, "spec", "suspend") === true) return READY;
  const completions = `${numberAt(job, "status", "succeeded") ?? 0} of ${numberAt(job, "spec", "completions") ?? 1} completions`;
  return waiting(`${completions}, ${numberAt(job, "status", "failed") ?? 0} failed pods`);
}
