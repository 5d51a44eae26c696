// What an operator would look at next when an object does not become ready: its events and its pods.
import type { JsonObject } from "../plugin/propertyValues";
import type { Cluster } from "./cluster";
import { objectsAt, stringAt } from "./json";
import { podProblems } from "./readiness/pod";

/** The most that one error tells. */
const MAX_LINES = 8;

/** One line a problem, the same one only once: warnings of events, and what keeps the selected pods from running. */
export async function diagnose(
  cluster: Cluster,
  object: JsonObject,
  podLabels: JsonObject | undefined,
): Promise<string[]> {
  const namespace = stringAt(object, "metadata", "namespace");
  const name = stringAt(object, "metadata", "name") ?? "";
  if (namespace === undefined) return [];
  const pods =
    podLabels === undefined || Object.keys(podLabels).length === 0
      ? []
      : await selectPods(cluster, namespace, podLabels);
  const lines = pods.flatMap((pod) =>
    podProblems(pod).map((problem) => `pod ${stringAt(pod, "metadata", "name") ?? ""}: ${problem}`),
  );
  for (const involved of [name, ...pods.map((pod) => stringAt(pod, "metadata", "name") ?? "")]) {
    lines.push(...(await warnings(cluster, namespace, involved)));
  }
  return [...new Set(lines)].slice(0, MAX_LINES);
}

async function selectPods(cluster: Cluster, namespace: string, labels: JsonObject): Promise<JsonObject[]> {
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(",");
  const { object } = await cluster.request({
    method: "GET",
    path: `/api/v1/namespaces/${namespace}/pods`,
    query: { labelSelector },
  });
  return objectsAt(object, "items");
}

async function warnings(cluster: Cluster, namespace: string, name: string): Promise<string[]> {
  const query = { fieldSelector: `involvedObject.name=${name},type=Warning` };
  const { object } = await cluster.request({ method: "GET", path: `/api/v1/namespaces/${namespace}/events`, query });
  return objectsAt(object, "items").map(
    (event) => `event of ${name}: [${stringAt(event, "reason") ?? ""}] ${stringAt(event, "message") ?? ""}`,
  );
}
