import type { Cache } from "../cache";
import { UnknownFlags } from "../flags";
import { at, isMap, map, text, Unreadable, type Value } from "../value";
import type { Container } from "../workload";
import type { Installation } from "./installation";

/**
 * A cache of Bitnami's charts redis and valkey. They start the server by their own scripts from files that they write;
 * what is known of it without them is whether it asks for a password and how it is reached.
 * @throws UnknownValue
 */
export function bitnamiCache({ resource, namespace, release, values }: Installation, chart: string): Cache {
  const primary = map(values, chart === "valkey" ? "primary" : "master");
  const name = text(values, "nameOverride") || chart;
  const port = at(primary, "containerPorts", chart) ?? at(primary, "containerPort") ?? 6379;
  if (typeof port !== "number") throw new Unreadable("the port of its container is no number");
  const body: Value = {
    name: chart,
    ...image(values),
    resources: at(primary, "resources") ?? {},
    ports: [{ name: chart, containerPort: port }],
    env: [],
  };
  const container: Container = { name: chart, place: "containers", body };
  const hasPassword = at(values, "auth", "enabled") !== false;
  const isPoliced = at(values, "networkPolicy", "enabled") !== false;
  const labels = {
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/instance": release,
    "app.kubernetes.io/component": chart === "valkey" ? "primary" : "master",
  };
  const why = `chart ${chart}: the server starts by a script, whose flags`;
  return {
    resource,
    carrier: "Helm",
    engine: "redis",
    namespace,
    labels,
    roles: [{}, { "app.kubernetes.io/component": "replica" }],
    podSpec: { containers: [body], serviceAccountName: null },
    hasUnknownPorts: true,
    container,
    // Without a password there is no user but the unnamed one, whatever the files say.
    flags: hasPassword ? new UnknownFlags(why) : new Map(),
    acl: hasPassword ? { state: "unknown", why: `${why} cannot be read` } : { state: "absent" },
    requirepass: hasPassword ? "set" : "absent",
    services: [service(primary, labels, port)],
    ...(isPoliced ? { ownPolicies: "the chart's own NetworkPolicy is not computed" } : {}),
  };
}

function image(values: Value): { readonly image?: string } {
  const written = map(values, "image");
  const repository = text(written, "repository");
  const tag = text(written, "tag");
  return repository === undefined ? {} : { image: tag === undefined ? repository : `${repository}:${tag}` };
}

function service(primary: Value, selector: Readonly<Record<string, string>>, target: number): Value {
  const wanted = map(primary, "service");
  const ranges = at(wanted, "loadBalancerSourceRanges");
  return {
    metadata: { annotations: isMap(at(wanted, "annotations")) ? map(wanted, "annotations") : {} },
    spec: {
      type: text(wanted, "type") ?? "ClusterIP",
      selector,
      ports: [{ port: 6379, targetPort: target }],
      ...(ranges === undefined ? {} : { loadBalancerSourceRanges: ranges }),
    },
  };
}
