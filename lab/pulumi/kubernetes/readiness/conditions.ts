// Objects that are ready by one field of their status.
import type { JsonObject } from "../../plugin/propertyValues";
import { stringAt, valueAt } from "../json";
import { condition, describeCondition, failed, type Judgement, READY, waiting } from "./judgement";

export function judgeNamespace(namespace: JsonObject): Judgement {
  const phase = stringAt(namespace, "status", "phase");
  return phase === "Active" ? READY : waiting(`phase ${phase ?? "unknown"}`);
}

export function judgeCustomResourceDefinition(definition: JsonObject): Judgement {
  const rejected = condition(definition, "NamesAccepted");
  if (rejected?.["status"] === "False") return failed(`the names are not accepted: ${describeCondition(rejected)}`);
  const established = condition(definition, "Established");
  return established?.["status"] === "True" ? READY : waiting(`not established: ${describeCondition(established)}`);
}

/**
 * The annotation pulumi.com/waitFor: `condition=Ready`, `condition=Ready=False`, or `jsonpath={.status.phase}=ready`.
 * Undefined when it is none of these. Leaves out lists of several, and filters in a JSON path.
 */
export function waitForJudge(expression: string): ((object: JsonObject) => Judgement) | undefined {
  const byCondition = /^condition=([^=]+)(?:=(.+))?$/.exec(expression);
  if (byCondition !== null) {
    const [, type = "", status = "True"] = byCondition;
    return (object) => {
      const found = condition(object, type);
      return String(found?.["status"]).toLowerCase() === status.toLowerCase()
        ? READY
        : waiting(`condition ${type} is not ${status}: ${describeCondition(found)}`);
    };
  }
  const byPath = /^jsonpath=\{((?:\.[A-Za-z0-9_-]+)+)\}(?:=(.+))?$/.exec(expression);
  if (byPath === null) return undefined;
  const [, path = "", wanted] = byPath;
  return (object) => {
    const value = valueAt(object, ...path.slice(1).split("."));
    const isThere = wanted === undefined ? value !== undefined : String(value) === wanted;
    return isThere ? READY : waiting(`${path} is ${value === undefined ? "not set" : JSON.stringify(value)}`);
  };
}
