// Which kinds are waited for, and what else is looked at to judge them.
import type { JsonObject } from "../../plugin/propertyValues";
import { annotation, WAIT_FOR } from "../annotations";
import { objectAt, stringAt } from "../json";
import { judgeCustomResourceDefinition, judgeNamespace, waitForJudge } from "./conditions";
import { judgeDeployment } from "./deployment";
import { judgeJob } from "./job";
import type { Judgement } from "./judgement";
import { judgePersistentVolumeClaim } from "./persistentVolumeClaim";
import { judgePod } from "./pod";
import { judgeService } from "./service";
import { judgeStatefulSet } from "./statefulSet";

/** Objects that are watched beside the one that is judged. */
export interface RelatedObjects {
  readonly path: string;
  readonly labelSelector?: string;
}

export interface ReadinessRule {
  readonly related?: (object: JsonObject) => RelatedObjects;
  readonly judge: (object: JsonObject, related: readonly JsonObject[]) => Judgement;
  /** The pods whose troubles are told when the time is up. */
  readonly pods?: (object: JsonObject) => JsonObject;
}

const matchLabels = (object: JsonObject): JsonObject => objectAt(object, "spec", "selector", "matchLabels");

const RULES: Readonly<Record<string, ReadinessRule>> = {
  "v1/Namespace": { judge: judgeNamespace },
  "v1/Pod": { judge: judgePod },
  "v1/Service": {
    related: (service) => {
      const namespace = stringAt(service, "metadata", "namespace") ?? "default";
      return {
        path: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
        labelSelector: `kubernetes.io/service-name=${stringAt(service, "metadata", "name") ?? ""}`,
      };
    },
    judge: judgeService,
    pods: (service) => objectAt(service, "spec", "selector"),
  },
  "v1/PersistentVolumeClaim": {
    related: () => ({ path: "/apis/storage.k8s.io/v1/storageclasses" }),
    judge: judgePersistentVolumeClaim,
  },
  "apps/v1/Deployment": { judge: judgeDeployment, pods: matchLabels },
  "apps/v1/StatefulSet": { judge: judgeStatefulSet, pods: matchLabels },
  "batch/v1/Job": { judge: judgeJob, pods: matchLabels },
  "apiextensions.k8s.io/v1/CustomResourceDefinition": { judge: judgeCustomResourceDefinition },
};

/** Undefined when the object is not waited for. Throws on a pulumi.com/waitFor that is not understood. */
export function readinessRule(object: JsonObject): ReadinessRule | undefined {
  const expression = annotation(object, WAIT_FOR);
  if (expression === undefined)
    return RULES[`${stringAt(object, "apiVersion") ?? ""}/${stringAt(object, "kind") ?? ""}`];
  const judge = waitForJudge(expression);
  if (judge === undefined) {
    throw new Error(
      `annotation ${WAIT_FOR}: "${expression}" is not understood by the lab's provider; write ` +
        "condition=TYPE[=STATUS] or jsonpath={.path}[=VALUE]",
    );
  }
  return { judge };
}
