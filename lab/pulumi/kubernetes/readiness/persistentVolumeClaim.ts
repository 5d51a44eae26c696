import type { JsonObject } from "../../plugin/propertyValues";
import { stringAt } from "../json";
import { type Judgement, READY, waiting } from "./judgement";

/** Ready when bound. With `WaitForFirstConsumer` it is bound only with the first pod that uses it: not waited for. */
export function judgePersistentVolumeClaim(claim: JsonObject, storageClasses: readonly JsonObject[]): Judgement {
  if (stringAt(claim, "status", "phase") === "Bound") return READY;
  const wanted = stringAt(claim, "spec", "storageClassName");
  const storageClass = storageClasses.find((candidate) => stringAt(candidate, "metadata", "name") === wanted);
  if (storageClass !== undefined && stringAt(storageClass, "volumeBindingMode") === "WaitForFirstConsumer")
    return READY;
  const missing = storageClass === undefined ? `; there is no StorageClass "${wanted ?? "(default)"}"` : "";
  return waiting(`phase ${stringAt(claim, "status", "phase") ?? "unknown"}${missing}`);
}
