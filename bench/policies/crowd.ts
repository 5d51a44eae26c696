import type { RawResource } from "../../policies/model/resource";

/**
 * Resources of other teams beside a cache, as many as are asked for: pods, doors and policies in namespaces of ten
 * each.
 */
export function crowd(count: number, stack: string): RawResource[] {
  return Array.from({ length: count }, (_, i) => make(i, `team-${Math.floor(i / 10)}`, stack));
}

const KINDS = [
  "core/v1:Namespace",
  "apps/v1:Deployment",
  "core/v1:Service",
  "core/v1:ConfigMap",
  "core/v1:Secret",
  "networking.k8s.io/v1:NetworkPolicy",
  "apps/v1:StatefulSet",
  "core/v1:ServiceAccount",
  "batch/v1:CronJob",
  "policy/v1:PodDisruptionBudget",
] as const;

function make(i: number, namespace: string, stack: string): RawResource {
  const type = KINDS[i % KINDS.length] ?? KINDS[0];
  const name = type.endsWith(":Namespace") ? namespace : `app-${i}`;
  return {
    type: `kubernetes:${type}`,
    name: `${namespace}-${name}`,
    stack,
    secrets: ["data"],
    props: { metadata: { name, namespace, labels: { app: name } }, ...rest(type, name) },
  };
}

function rest(type: (typeof KINDS)[number], name: string): object {
  const labels = { app: name };
  const template = {
    metadata: { labels },
    spec: {
      containers: [
        {
          name: "app",
          image: "shop:1.0",
          env: [{ name: "LOG_LEVEL", value: "info" }],
          ports: [{ name: "http", containerPort: 8080 }],
        },
      ],
    },
  };
  switch (type) {
    case "apps/v1:Deployment":
    case "apps/v1:StatefulSet":
      return { spec: { replicas: 2, selector: { matchLabels: labels }, template } };
    case "batch/v1:CronJob":
      return { spec: { schedule: "0 3 * * *", jobTemplate: { spec: { template } } } };
    case "core/v1:Service":
      return { spec: { selector: labels, ports: [{ port: 80, targetPort: "http" }] } };
    case "core/v1:ConfigMap":
      return { data: { "app.yaml": "listen: 8080\n".repeat(50) } };
    case "core/v1:Secret":
      return { data: { key: Buffer.from(`value of ${name}`).toString("base64") } };
    case "networking.k8s.io/v1:NetworkPolicy":
      return {
        spec: {
          podSelector: { matchLabels: labels },
          policyTypes: ["Ingress"],
          ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 8080, protocol: "TCP" }] }],
        },
      };
    case "policy/v1:PodDisruptionBudget":
      return { spec: { maxUnavailable: 1, selector: { matchLabels: labels } } };
    default:
      return {};
  }
}
