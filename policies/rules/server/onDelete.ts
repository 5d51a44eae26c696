import { text } from "../../model/value";
import { kubeObject } from "../../model/kube";
import { violation, type Rule } from "../../rule";
import { eachCache } from "../each";

export const onDelete: Rule = {
  name: "server-on-delete",
  family: "server",
  level: "mandatory",
  severity: "high",
  description: "No apply restarts a cache: its StatefulSet replaces a pod only when somebody deletes it.",
  reads: "the kind and updateStrategy of the workload",
  remedy: "Set updateStrategy.type to OnDelete; the operator replaces the pods: docs/runbook.md, Changes.",
  link: "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#on-delete",
  configSchema: {},
  judge: (deployment) =>
    eachCache(deployment, function* (cache) {
      if (cache.carrier !== "workload") return;
      const object = kubeObject(cache.resource);
      const subject = { resource: cache.resource };
      if (object?.kind !== "StatefulSet")
        yield violation(
          subject,
          `the server runs in a ${object?.kind ?? "workload"}, which replaces its pods as it sees fit`,
        );
      else if (text(object.body, "spec", "updateStrategy", "type") !== "OnDelete")
        yield violation(subject, "updateStrategy is not OnDelete: an apply restarts the cache");
    }),
};
