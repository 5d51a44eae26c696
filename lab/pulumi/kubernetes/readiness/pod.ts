import type { JsonObject } from "../../plugin/propertyValues";
import { objectsAt, stringAt } from "../json";
import { condition, describeCondition, failed, type Judgement, READY, waiting } from "./judgement";

/** Ready when its Ready condition holds, or when it has done its work. */
export function judgePod(pod: JsonObject): Judgement {
  const phase = stringAt(pod, "status", "phase");
  if (phase === "Succeeded") return READY;
  if (phase === "Failed")
    return failed(
      "the pod failed: " +
        `${[stringAt(pod, "status", "message"), ...podProblems(pod)].filter((part) => part !== undefined).join("; ")}`,
    );
  const ready = condition(pod, "Ready");
  if (ready?.["status"] === "True") return READY;
  const problems = podProblems(pod);
  return waiting(
    problems.length > 0
      ? problems.join("; ")
      : `phase ${phase ?? "unknown"}: ${describeCondition(ready ?? condition(pod, "PodScheduled"))}`,
  );
}

/** What keeps a pod's containers from running: `container server: [ImagePullBackOff] …`. */
export function podProblems(pod: JsonObject): string[] {
  const unscheduled = condition(pod, "PodScheduled");
  const problems = unscheduled?.["status"] === "False" ? [describeCondition(unscheduled)] : [];
  for (const container of [
    ...objectsAt(pod, "status", "initContainerStatuses"),
    ...objectsAt(pod, "status", "containerStatuses"),
  ]) {
    const name = stringAt(container, "name") ?? "";
    for (const state of ["waiting", "terminated"]) {
      const reason = stringAt(container, "state", state, "reason");
      if (
        reason === undefined ||
        reason === "ContainerCreating" ||
        reason === "PodInitializing" ||
        reason === "Completed"
      )
        continue;
      const message = stringAt(container, "state", state, "message");
      problems.push(`container ${name}: [${reason}]${message === undefined ? "" : ` ${message}`}`);
    }
  }
  return problems;
}
