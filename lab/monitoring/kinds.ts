import type { KubeObject } from "../cluster/kubeApi";

/** An object of the cluster, and where the API server has it. */
export interface Addon {
  readonly path: string;
  readonly object: KubeObject;
}

const GROUP = "monitoring.coreos.com";

const kind = (name: string, plural: string): Addon => ({
  path: `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.${GROUP}`,
  object: {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: "Namespaced",
      names: { plural, singular: name.toLowerCase(), kind: name, listKind: `${name}List` },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
        },
      ],
    },
  },
});

/**
 * Stand-ins for the kinds of the Prometheus Operator, which no package registry carries: they keep any field, where the
 * real ones check each. lab/monitoring/prometheus.ts does the operator's work.
 */
export const monitoringKinds = (): Addon[] => [
  kind("PodMonitor", "podmonitors"),
  kind("PrometheusRule", "prometheusrules"),
];
