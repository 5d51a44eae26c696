import { aclIn, requirepass, type DataOf } from "../aclSource";
import type { Cache } from "../cache";
import { flags } from "../flags";
import type { KubeObject } from "../kube";
import { at, isMap, list, map, peek, strings, text, Unknown, type Value } from "../value";
import { words, type Container } from "../workload";

/** What dragonfly-operator makes of a Dragonfly: internal/resources/resources.go of its v1.6. */

const CLIENT = { name: "redis", containerPort: 6379 };
const ADMIN = { name: "admin", containerPort: 9999 };
const FS_GROUP = 999;

/** @throws UnknownValue */
export function operatedCache(object: KubeObject, dataOf: DataOf): Cache {
  const spec = map(object.body, "spec");
  const memcached = memcachedPort(spec);
  const args = [...list(spec, "args"), ...(memcached === undefined ? [] : [`--memcached_port=${memcached}`])];
  const container: Container = {
    name: "dragonfly",
    place: "containers",
    body: { ...spec, name: "dragonfly", args, ports: ports(memcached), securityContext: security(spec) },
  };
  // An argument that is not known may be any flag.
  words(container);
  const pods = podSpec(spec, container);
  const started = flags("dragonfly", { namespace: object.namespace, podSpec: pods, container, dataOf });
  const from = map(spec, "aclFromSecret");
  const name = text(from, "name");
  const password = peek(spec, "authentication", "passwordFromSecret");
  // The operator's own labels outweigh those of the resource.
  const own = { app: object.name, "app.kubernetes.io/name": "dragonfly", "app.kubernetes.io/part-of": "dragonfly" };
  return {
    resource: object.resource,
    carrier: "Dragonfly",
    engine: "dragonfly",
    namespace: object.namespace,
    labels: { ...strings(map(spec, "labels")), ...own },
    roles: [{ role: "master" }, { role: "replica" }],
    podSpec: pods,
    container,
    flags: started,
    acl:
      name === undefined
        ? { state: "absent" }
        : aclIn("Secret", object.namespace, name, text(from, "key") ?? "", dataOf),
    requirepass: password instanceof Unknown ? "unknown" : isMap(password) ? "set" : requirepass(started),
    services: [service(spec, object.name, memcached)],
  };
}

function memcachedPort(spec: Value): number | undefined {
  const port = at(spec, "memcachedPort");
  return typeof port === "number" && port > 0 ? port : undefined;
}

const ports = (memcached: number | undefined): readonly Value[] => [
  CLIENT,
  ADMIN,
  ...(memcached === undefined ? [] : [{ name: "memcached", containerPort: memcached }]),
];

const security = (spec: Value): Value => peek(spec, "containerSecurityContext") ?? {};

/** Containers of the resource outweigh the operator's where they have the same name. */
function podSpec(spec: Value, server: Container): Value {
  const additional = list(spec, "additionalContainers");
  const isReplaced = additional.some((each) => peek(each, "name") === server.name);
  return {
    containers: [...(isReplaced ? [] : [server.body]), ...additional],
    initContainers: list(spec, "initContainers"),
    volumes: list(spec, "additionalVolumes"),
    securityContext: peek(spec, "podSecurityContext") ?? { fsGroup: FS_GROUP },
    serviceAccountName: peek(spec, "serviceAccountName") ?? null,
  };
}

function service(spec: Value, name: string, memcached: number | undefined): Value {
  const wanted = map(spec, "serviceSpec");
  return {
    metadata: { name: text(wanted, "name") ?? name, annotations: map(wanted, "annotations") },
    spec: {
      type: text(wanted, "type") ?? "ClusterIP",
      selector: { app: name, "app.kubernetes.io/name": "dragonfly", role: "master" },
      ports: [{ port: CLIENT.containerPort }, ...(memcached === undefined ? [] : [{ port: memcached }])],
    },
  };
}
