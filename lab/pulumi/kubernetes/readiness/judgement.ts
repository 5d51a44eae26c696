import type { JsonObject } from "../../plugin/propertyValues";
import { numberAt, objectsAt, stringAt } from "../json";

/** Whether an object does what it was made for. Reasons are sentences for the operator. */
export type Judgement =
  | { readonly state: "ready" }
  | { readonly state: "waiting"; readonly reason: string }
  /** Ready unless something changes within so many seconds. */
  | { readonly state: "settling"; readonly seconds: number; readonly reason: string }
  /** It will not become ready by itself. */
  | { readonly state: "failed"; readonly reason: string };

export const READY: Judgement = { state: "ready" };

export function waiting(reason: string): Judgement {
  return { state: "waiting", reason };
}

export function failed(reason: string): Judgement {
  return { state: "failed", reason };
}

export function condition(object: JsonObject, type: string): JsonObject | undefined {
  return objectsAt(object, "status", "conditions").find((candidate) => candidate["type"] === type);
}

/** `[Reason] message`, as far as the condition has them. */
export function describeCondition(found: JsonObject | undefined): string {
  if (found === undefined) return "no such condition yet";
  const reason = stringAt(found, "reason");
  return [reason === undefined ? undefined : `[${reason}]`, stringAt(found, "message")]
    .filter((part) => part !== undefined)
    .join(" ");
}

/** Whether the controller has seen the newest specification: before that, its status speaks of the one before. */
export function isObserved(object: JsonObject): boolean {
  return (numberAt(object, "status", "observedGeneration") ?? 0) >= (numberAt(object, "metadata", "generation") ?? 0);
}
