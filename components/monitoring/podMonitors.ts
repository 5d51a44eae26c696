import { selectorLabels } from "../names";

/** Where Prometheus reads: one endpoint a path. The port is the container's, by its name. */
interface Endpoint {
  readonly port: string;
  readonly path: string;
}

/** The part of a PodMonitor's spec that is used here (monitoring.coreos.com/v1). */
export interface PodMonitorSpec {
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly podMetricsEndpoints: readonly Endpoint[];
}

export interface PodMonitor {
  readonly name: string;
  readonly namespace: string;
  readonly spec: PodMonitorSpec;
}

const monitor = (
  name: string,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  ...endpoints: readonly Endpoint[]
): PodMonitor => ({ name, namespace, spec: { selector: { matchLabels: labels }, podMetricsEndpoints: endpoints } });

/** Whose metrics Prometheus reads. The names are part of the alert DragonflyDown. */
export function podMonitors(
  namespace: string,
  { peers, resolverNamespace }: { readonly peers: boolean; readonly resolverNamespace: string | null },
): readonly PodMonitor[] {
  return [
    monitor("dragonfly-server", namespace, selectorLabels("server"), { port: "metrics", path: "/metrics" }),
    monitor(
      "dragonfly-gateway",
      namespace,
      selectorLabels("gateway"),
      { port: "metrics", path: "/metrics" },
      { port: "metrics", path: "/metrics/sessions" },
      ...(peers
        ? [
            { port: "metrics", path: "/metrics/link" },
            { port: "link-metrics", path: "/metrics" },
            { port: "link-metrics", path: "/metrics/link" },
          ]
        : []),
    ),
    ...(resolverNamespace === null
      ? []
      : [
          monitor(
            "resolver",
            resolverNamespace,
            { "app.kubernetes.io/name": "resolver", "app.kubernetes.io/component": "resolver" },
            { port: "http", path: "/metrics" },
          ),
        ]),
  ];
}
