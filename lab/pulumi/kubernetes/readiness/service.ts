import type { JsonObject } from "../../plugin/propertyValues";
import { objectAt, objectsAt, stringAt } from "../json";
import { type Judgement, READY, waiting } from "./judgement";

/** How long the official provider waits for pods to appear behind a Service that has none (s). */
const SETTLE_SECONDS = 10;

/**
 * Ready when no pod behind it is unready and, for a load balancer, an address is given. A Service that selects nothing
 * yet is ready after a while: its pods may come later. Headless ones, those without a selector and external names are
 * not waited for.
 */
export function judgeService(service: JsonObject, endpointSlices: readonly JsonObject[]): Judgement {
  const type = stringAt(service, "spec", "type") ?? "ClusterIP";
  if (type === "LoadBalancer" && objectsAt(service, "status", "loadBalancer", "ingress").length === 0) {
    return waiting("no address for the load balancer yet");
  }
  const hasSelector = Object.keys(objectAt(service, "spec", "selector")).length > 0;
  if (type === "ExternalName" || stringAt(service, "spec", "clusterIP") === "None" || !hasSelector) return READY;
  const endpoints = endpointSlices
    .flatMap((slice) => objectsAt(slice, "endpoints"))
    .map((endpoint) => objectAt(endpoint, "conditions"));
  const pending = endpoints.filter(
    (conditions) => conditions["ready"] === false && conditions["terminating"] !== true,
  ).length;
  if (pending > 0) return waiting(`${pending} of ${endpoints.length} selected pods are not ready`);
  if (endpoints.length > 0) return READY;
  return { state: "settling", seconds: SETTLE_SECONDS, reason: "the Service selects no pod yet" };
}
