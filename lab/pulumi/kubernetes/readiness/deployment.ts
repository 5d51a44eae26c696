import type { JsonObject } from "../../plugin/propertyValues";
import { numberAt } from "../json";
import { condition, describeCondition, isObserved, type Judgement, READY, waiting } from "./judgement";

/** Ready when every replica runs the newest template and is available. */
export function judgeDeployment(deployment: JsonObject): Judgement {
  if (!isObserved(deployment)) return waiting("the deployment controller has not seen the change yet");
  const wanted = numberAt(deployment, "spec", "replicas") ?? 1;
  const updated = numberAt(deployment, "status", "updatedReplicas") ?? 0;
  const available = numberAt(deployment, "status", "availableReplicas") ?? 0;
  const all = numberAt(deployment, "status", "replicas") ?? 0;
  if (updated >= wanted && available >= wanted && all === updated) return READY;
  const stuck = ["Progressing", "ReplicaFailure"]
    .map((type) => condition(deployment, type))
    .find(
      (found) =>
        found !== undefined &&
        (found["status"] === "False" || (found["type"] === "ReplicaFailure" && found["status"] === "True")),
    );
  const detail = stuck === undefined ? "" : `: ${describeCondition(stuck)}`;
  return waiting(`${updated} of ${wanted} replicas updated, ${available} available${detail}`);
}
