import type { KubeObject } from "../../model/kube";
import type { Stack } from "../../model/stack";
import { at, type Value } from "../../model/value";
import { podLabels, workload } from "../../model/workload";
import { matches, selector } from "../../network/selector";
import { attempt, violation, type Finding, type Rule } from "../../rule";
import { eachCacheStack } from "../each";

export const disruptionBudget: Rule = {
  name: "server-disruption-budget",
  family: "server",
  level: "mandatory",
  severity: "medium",
  description:
    "No PodDisruptionBudget forbids to evict the only pod of a workload: it would block every drain of a node.",
  reads: "PodDisruptionBudgets and the replicas of what they select",
  remedy: "Remove the PodDisruptionBudget, or let maxUnavailable be 1.",
  link: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
  configSchema: {},
  judge: (deployment) =>
    eachCacheStack(deployment, function* (stack) {
      for (const budget of stack.ofKind("policy", "PodDisruptionBudget"))
        yield* attempt({ resource: budget.resource }, () => judge(stack, budget));
    }),
};

function* judge(stack: Stack, budget: KubeObject): Iterable<Finding> {
  const wanted = selector(at(budget.body, "spec", "selector"));
  for (const object of stack.objects) {
    const pods = object.namespace === budget.namespace ? workload(object) : undefined;
    if (pods === undefined || !matches(wanted, podLabels(pods))) continue;
    const written = at(object.body, "spec", "replicas");
    const replicas = typeof written === "number" ? written : 1;
    if (replicas >= 1 && allowed(budget, replicas) < 1) {
      yield violation(
        { resource: budget.resource },
        `allows no pod of ${object.kind} ${object.name} (replicas: ${replicas}) to be evicted`,
        { config: ["gateway", "replicas"] },
      );
    }
  }
}

/** How many pods may be away at a time. */
function allowed(budget: KubeObject, replicas: number): number {
  const away = share(at(budget.body, "spec", "maxUnavailable"), replicas);
  if (away !== undefined) return away;
  const least = share(at(budget.body, "spec", "minAvailable"), replicas);
  // Without either the API server takes minAvailable: 1.
  return replicas - (least ?? 1);
}

/** Percentages are rounded up, as the API server does. */
function share(value: Value | undefined, replicas: number): number | undefined {
  if (typeof value === "number") return value;
  const percent = typeof value === "string" ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? undefined : Math.ceil((Number(percent) / 100) * replicas);
}
