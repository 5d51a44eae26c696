import type { JsonObject } from "../../plugin/propertyValues";
import { numberAt, stringAt } from "../json";
import { isObserved, type Judgement, READY, waiting } from "./judgement";

/**
 * Ready when every replica is ready and runs the newest revision. With `OnDelete` nobody but the operator brings pods
 * to the newest revision, so it is not waited for; with a partition, only the pods beyond it get there.
 */
export function judgeStatefulSet(statefulSet: JsonObject): Judgement {
  if (!isObserved(statefulSet)) return waiting("the StatefulSet controller has not seen the change yet");
  const wanted = numberAt(statefulSet, "spec", "replicas") ?? 1;
  const ready = numberAt(statefulSet, "status", "readyReplicas") ?? 0;
  const all = numberAt(statefulSet, "status", "replicas") ?? 0;
  if (ready < wanted || all !== wanted) return waiting(`${ready} of ${wanted} replicas ready`);
  if (stringAt(statefulSet, "spec", "updateStrategy", "type") === "OnDelete") return READY;
  const updated = numberAt(statefulSet, "status", "updatedReplicas") ?? 0;
  const partition = numberAt(statefulSet, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
  const isCurrent =
    stringAt(statefulSet, "status", "currentRevision") === stringAt(statefulSet, "status", "updateRevision");
  if (isCurrent || (partition > 0 && updated >= wanted - partition)) return READY;
  return waiting(`${updated} of ${wanted - partition} replicas run the newest revision`);
}
