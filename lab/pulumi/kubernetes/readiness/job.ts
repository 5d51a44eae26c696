import type { JsonObject } from "../../plugin/propertyValues";
import { numberAt, valueAt } from "../json";
import { condition, describeCondition, failed, type Judgement, READY, waiting } from "./judgement";

/** Ready when complete; a suspended Job is not waited for. */
export function judgeJob(job: JsonObject): Judgement {
  if (condition(job, "Complete")?.["status"] === "True") return READY;
  const failure = condition(job, "Failed");
  if (failure?.["status"] === "True") return failed(`the job failed: ${describeCondition(failure)}`);
  if (valueAt(job, "spec", "suspend") === true) return READY;
  const completed = numberAt(job, "status", "succeeded") ?? 0;
  const wanted = numberAt(job, "spec", "completions") ?? 1;
  return waiting(`${completed} of ${wanted} completions, ${numberAt(job, "status", "failed") ?? 0} failed pods`);
}
