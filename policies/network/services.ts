import type { KubeObject } from "../model/kube";
import type { Stack } from "../model/stack";

/** A Service of the stack, or one that an operator or a chart makes; its resource is then the carrier's. */
export type ServiceObject = Pick<KubeObject, "resource" | "namespace" | "body">;

export const servicesOf = (stack: Stack): ServiceObject[] => [
  ...stack.ofKind("", "Service"),
  ...stack.caches.flatMap(({ resource, namespace, services }) =>
    (services ?? []).map((body) => ({ resource, namespace, body })),
  ),
];
