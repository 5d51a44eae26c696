import { mountedAcl, requirepass, type DataOf } from "../aclSource";
import type { Cache } from "../cache";
import { flags } from "../flags";
import { at, isMap, list, map, peek, text, Unknown, type Value } from "../value";
import { words, type Container } from "../workload";
import type { Installation } from "./installation";

/** What Dragonfly's own chart makes of its values: contrib/charts/dragonfly, templates/_pod.tpl and service.yaml. */

const CLIENT_PORT = 6379;

/** @throws UnknownValue */
export function dragonflyChartCache(installation: Installation, dataOf: DataOf): Cache {
  const { resource, namespace, release, values } = installation;
  const container = serverContainer(release, values);
  words(container);
  const podSpec: Value = {
    containers: [container.body, ...list(values, "extraContainers")],
    initContainers: list(values, "initContainers"),
    securityContext: at(values, "podSecurityContext") ?? {},
    volumes: list(values, "extraVolumes"),
    serviceAccountName: serviceAccount(release, values),
    hostNetwork: at(values, "hostNetwork") ?? false,
  };
  const place = { namespace, podSpec, container, dataOf };
  const started = flags("dragonfly", place);
  const fromSecret = peek(values, "passwordFromSecret", "enable");
  const labels = {
    "app.kubernetes.io/name": text(values, "nameOverride") || "dragonfly",
    "app.kubernetes.io/instance": release,
  };
  const extra = list(values, "extraObjects").length > 0;
  return {
    resource,
    carrier: "Helm",
    engine: "dragonfly",
    namespace,
    labels,
    podSpec,
    container,
    flags: started,
    acl: mountedAcl(place, started),
    requirepass: fromSecret instanceof Unknown ? "unknown" : fromSecret === true ? "set" : requirepass(started),
    services: [service(values, labels)],
    ...(extra ? { ownPolicies: "extraObjects may hold policies" } : {}),
  };
}

function serverContainer(release: string, values: Value): Container {
  const image = map(values, "image");
  const repository = text(image, "repository");
  const tag = text(image, "tag");
  return {
    name: release,
    place: "containers",
    body: {
      name: release,
      ...(repository === undefined ? {} : { image: tag === undefined ? repository : `${repository}:${tag}` }),
      command: list(values, "command"),
      args: list(values, "extraArgs"),
      env: [...list(values, "env"), ...list(values, "extraEnv")],
      envFrom: list(values, "envFrom"),
      resources: at(values, "resources") ?? {},
      securityContext: at(values, "securityContext") ?? {},
      volumeMounts: list(values, "extraVolumeMounts"),
      ports: [{ name: "dragonfly", containerPort: CLIENT_PORT, protocol: "TCP" }],
    },
  };
}

function serviceAccount(release: string, values: Value): string {
  const name = text(values, "serviceAccount", "name") ?? "";
  if (name !== "") return name;
  if (at(values, "serviceAccount", "create") === false) return "default";
  const fullname = text(values, "fullnameOverride") ?? "";
  const chart = text(values, "nameOverride") || "dragonfly";
  return fullname !== "" ? fullname : release.includes(chart) ? release : `${release}-${chart}`;
}

function service(values: Value, selector: Readonly<Record<string, string>>): Value {
  const wanted = map(values, "service");
  const port = at(wanted, "port");
  const ranges = at(wanted, "loadBalancerSourceRanges");
  return {
    metadata: { annotations: isMap(at(wanted, "annotations")) ? map(wanted, "annotations") : {} },
    spec: {
      type: text(wanted, "type") ?? "ClusterIP",
      selector,
      ports: [{ port: typeof port === "number" ? port : CLIENT_PORT, targetPort: "dragonfly" }],
      ...(ranges === undefined ? {} : { loadBalancerSourceRanges: ranges }),
    },
  };
}
