import { labels } from "../../model/kube";
import type { Stack } from "../../model/stack";
import { workload } from "../../model/workload";
import { protectedNamespaces } from "../../network/protectedNamespaces";
import { attempt, violation, type Finding, type Rule } from "../../rule";
import { eachCacheStack } from "../each";
import { explicitFaults, restrictedFaults } from "./restricted";

const ENFORCE = "pod-security.kubernetes.io/enforce";

export const podSecurity: Rule = {
  name: "server-pod-security",
  family: "server",
  level: "mandatory",
  severity: "high",
  description: "A namespace with a cache enforces pod security restricted, and its pods meet it.",
  reads: "the namespace's label and the security settings of every pod in it",
  remedy: `Label the namespace ${ENFORCE}=restricted and give every container the securityContext that it asks for.`,
  link: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
  configSchema: {},
  judge: (deployment) =>
    eachCacheStack(deployment, function* (stack) {
      for (const place of protectedNamespaces(stack)) yield* judgeNamespace(stack, place.namespace);
      for (const { resource, podSpec, carrier } of stack.caches) {
        if (carrier === "workload") continue;
        yield* attempt({ resource }, function* () {
          for (const { part, fault } of explicitFaults(podSpec))
            yield violation(part === undefined ? { resource } : { resource, part }, fault);
        });
      }
    }),
};

function* judgeNamespace(stack: Stack, namespace: string): Iterable<Finding> {
  for (const object of stack.ofKind("", "Namespace").filter((each) => each.name === namespace)) {
    yield* attempt({ resource: object.resource }, function* () {
      if (labels(object)[ENFORCE] !== "restricted")
        yield violation(
          { resource: object.resource },
          `does not enforce pod security restricted by the label ${ENFORCE}`,
        );
    });
  }
  for (const object of stack.objects) {
    if (object.namespace !== namespace) continue;
    yield* attempt({ resource: object.resource }, function* () {
      const pods = workload(object);
      if (pods === undefined) return;
      // One container, one finding: they are mended in one place.
      const faults = restrictedFaults(pods.podSpec);
      for (const part of new Set(faults.map((each) => each.part))) {
        const found = faults.filter((each) => each.part === part);
        const what = found.map(({ fault }) => fault).join("; ");
        yield violation(
          part === undefined ? { resource: object.resource } : { resource: object.resource, part },
          part === undefined ? what : `${part} ${what}`,
        );
      }
    });
  }
}
