import type { Engine } from "../../server/types";
import { flags, plainFlag, type Flags } from "./flags";
import type { KubeObject } from "./kube";
import type { Resource } from "./resource";
import { at, isMap, list, map, peek, strings, text, Unknown, type Value } from "./value";
import { containers, podLabels, workload, words, type Container } from "./workload";

/** What is known of the file, or the lack of it, from which a server takes its users. */
export type AclSource =
  | {
      readonly state: "known";
      readonly text: string;
      readonly resource: Resource;
      readonly key: string;
      readonly inSecret: boolean;
    }
  | { readonly state: "unknown"; readonly why: string }
  | { readonly state: "absent" }
  /** Named, and certainly not there when the server starts. */
  | { readonly state: "missing"; readonly why: string };

/** A server of the cache, whatever carries it. */
export interface Cache {
  readonly resource: Resource;
  readonly carrier: "workload" | "Dragonfly" | "Helm";
  readonly engine: Engine;
  readonly namespace: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly podSpec: Value;
  /** The server's container; for an operator's resource or Helm values, its spec or values in a container's form. */
  readonly container: Container;
  readonly flags: Flags;
  readonly acl: AclSource;
  /** Whether a password for the unnamed user is set by flag, environment or the carrier's own means. */
  readonly requirepass: "set" | "absent" | "unknown";
}

const IMAGES: Readonly<Record<string, Engine>> = {
  dragonfly: "dragonfly",
  redis: "redis",
  valkey: "redis",
  "redis-stack": "redis",
  "redis-stack-server": "redis",
  keydb: "redis",
};
const COMMANDS: Readonly<Record<string, Engine>> = {
  dragonfly: "dragonfly",
  "redis-server": "redis",
  "valkey-server": "redis",
  "keydb-server": "redis",
};

/** The last part of an image's name, without tag and digest. */
export function imageName(image: string): string {
  const path = image.split("@")[0] ?? "";
  const last = path.slice(path.lastIndexOf("/") + 1);
  return last.split(":")[0] ?? "";
}

/** Which server a container runs; undefined where it runs none. What is started counts before the image's name. */
export function engineOf(container: Container): Engine | undefined {
  const commands = words(container)
    .flatMap((word) => word.split(/[\s;&|]+/))
    .map((word) => COMMANDS[word.slice(word.lastIndexOf("/") + 1)])
    .filter((engine) => engine !== undefined);
  if (commands[0] !== undefined) return commands[0];
  const image = peek(container.body, "image");
  return typeof image === "string" && list(container.body, "command").length === 0
    ? IMAGES[imageName(image)]
    : undefined;
}

/**
 * A server in a job loads a snapshot and is gone: it serves nobody, but its namespace holds the cache's data for a
 * while.
 */
const isThrowaway = (object: KubeObject): boolean => object.group === "batch";

/** @throws UnknownValue */
export function runsThrowawayServer(object: KubeObject): boolean {
  const pods = isThrowaway(object) ? workload(object) : undefined;
  return pods !== undefined && containers(pods.podSpec).some((container) => engineOf(container) !== undefined);
}

/** Finds a Secret's or ConfigMap's data. */
export type DataOf = (
  kind: "Secret" | "ConfigMap",
  namespace: string | undefined,
  name: string,
) => KubeObject | undefined;

/** The servers that an object runs; none for most. @throws UnknownValue */
export function cachesOf(object: KubeObject, dataOf: DataOf): Cache[] {
  if (object.group === "dragonflydb.io" && object.kind === "Dragonfly") return [operatorCache(object, dataOf)];
  if (object.group === "helm.toolkit.fluxcd.io" && object.kind === "HelmRelease") {
    const chart =
      text(object.body, "spec", "chart", "spec", "chart") ?? text(object.body, "spec", "chartRef", "name") ?? "";
    const namespace = text(object.body, "spec", "targetNamespace") ?? object.namespace;
    return helmCache(object.resource, chart, namespace, object.name, map(object.body, "spec", "values"), dataOf);
  }
  const pods = workload(object);
  if (pods === undefined || isThrowaway(object)) return [];
  return containers(pods.podSpec).flatMap((container): Cache[] => {
    const engine =
      container.place === "initContainers" && text(container.body, "restartPolicy") !== "Always"
        ? undefined
        : engineOf(container);
    if (engine === undefined) return [];
    const started = flags(container);
    return [
      {
        resource: object.resource,
        carrier: "workload",
        engine,
        namespace: object.namespace,
        labels: podLabels(pods),
        podSpec: pods.podSpec,
        container,
        flags: started,
        acl: mountedAcl(object.namespace, pods.podSpec, container, started, dataOf),
        requirepass: requirepass(started),
      },
    ];
  });
}

/** The server of a Helm chart that Pulumi itself installs. @throws UnknownValue */
export function helmReleaseCaches(resource: Resource, dataOf: DataOf): Cache[] {
  if (!/^kubernetes:helm\.sh\/v[34]:(Release|Chart)$/.test(resource.type)) return [];
  const namespace = text(resource.props, "namespace") ?? "default";
  const name = text(resource.props, "name") ?? resource.name;
  return helmCache(
    resource,
    text(resource.props, "chart") ?? "",
    namespace,
    name,
    map(resource.props, "values"),
    dataOf,
  );
}

function operatorCache(object: KubeObject, dataOf: DataOf): Cache {
  const spec = map(object.body, "spec");
  const container: Container = { name: "dragonfly", place: "containers", body: { ...spec, name: "dragonfly" } };
  // An argument that is not known may be any flag.
  words(container);
  const started = flags(container);
  const from = map(spec, "aclFromSecret");
  const name = text(from, "name");
  const password = peek(spec, "authentication", "passwordFromSecret");
  return {
    resource: object.resource,
    carrier: "Dragonfly",
    engine: "dragonfly",
    namespace: object.namespace,
    labels: { app: object.name, "app.kubernetes.io/name": "dragonfly", ...strings(map(spec, "labels")) },
    podSpec: {
      securityContext: at(spec, "podSecurityContext") ?? null,
      serviceAccountName: at(spec, "serviceAccountName") ?? null,
    },
    container,
    flags: started,
    acl:
      name === undefined
        ? { state: "absent" }
        : aclIn("Secret", object.namespace, name, text(from, "key") ?? "", dataOf),
    requirepass: password instanceof Unknown ? "unknown" : isMap(password) ? "set" : requirepass(started),
  };
}

function helmCache(
  resource: Resource,
  chart: string,
  namespace: string | undefined,
  name: string,
  values: Value,
  dataOf: DataOf,
): Cache[] {
  const engine = IMAGES[imageName(chart)];
  if (engine === undefined) return [];
  const image = map(values, "image");
  const repository = text(image, "repository");
  const tag = text(image, "tag");
  const container: Container = {
    name,
    place: "containers",
    body: {
      name,
      ...(repository === undefined ? {} : { image: tag === undefined ? repository : `${repository}:${tag}` }),
      args: list(values, "extraArgs"),
      env: [...list(values, "env"), ...list(values, "extraEnv")],
      resources: at(values, "resources") ?? {},
      securityContext: at(values, "securityContext") ?? {},
      volumeMounts: list(values, "extraVolumeMounts"),
    },
  };
  words(container);
  const podSpec: Value = {
    securityContext: at(values, "podSecurityContext") ?? {},
    volumes: list(values, "extraVolumes"),
  };
  const started = flags(container);
  const fromSecret = peek(values, "passwordFromSecret", "enable");
  return [
    {
      resource,
      carrier: "Helm",
      engine,
      namespace,
      labels: { "app.kubernetes.io/name": imageName(chart), "app.kubernetes.io/instance": name },
      podSpec,
      container,
      flags: started,
      acl: mountedAcl(namespace, podSpec, container, started, dataOf),
      requirepass: fromSecret instanceof Unknown ? "unknown" : fromSecret === true ? "set" : requirepass(started),
    },
  ];
}

function requirepass(started: Flags): Cache["requirepass"] {
  const found = started.get("requirepass");
  if (found === undefined) return "absent";
  if (found.from === "unknown") return "unknown";
  return found.from === "secret" || (found.value !== "" && found.value !== "true") ? "set" : "absent";
}

/** Follows --aclfile through the container's mounts to the Secret or ConfigMap that holds the file. */
function mountedAcl(
  namespace: string | undefined,
  podSpec: Value,
  container: Container,
  started: Flags,
  dataOf: DataOf,
): AclSource {
  const path = plainFlag(started, "aclfile");
  // A flag without a value reads "true".
  if (!started.has("aclfile") || path === "" || path === "true") return { state: "absent" };
  if (path === undefined) return { state: "unknown", why: "--aclfile is not known yet" };
  for (const mount of list(container.body, "volumeMounts")) {
    const mountPath = text(mount, "mountPath") ?? "";
    const subPath = text(mount, "subPath");
    const file =
      path === mountPath && subPath !== undefined
        ? subPath
        : path.startsWith(`${mountPath.replace(/\/$/, "")}/`)
          ? path.slice(mountPath.replace(/\/$/, "").length + 1)
          : undefined;
    if (file === undefined) continue;
    const volume = list(podSpec, "volumes").find((each) => text(each, "name") === text(mount, "name"));
    const source = volumeSource(volume);
    if (source === undefined)
      return { state: "unknown", why: "the file that --aclfile names is on a volume whose content is not known" };
    const item = source.items.find((each) => text(each, "path") === file);
    return aclIn(source.kind, namespace, source.name, item === undefined ? file : (text(item, "key") ?? file), dataOf);
  }
  return { state: "missing", why: "the file that --aclfile names is mounted from nothing" };
}

function volumeSource(
  volume: Value | undefined,
): { kind: "Secret" | "ConfigMap"; name: string; items: readonly Value[] } | undefined {
  const secret = text(volume, "secret", "secretName");
  if (secret !== undefined) return { kind: "Secret", name: secret, items: list(volume, "secret", "items") };
  const configMap = text(volume, "configMap", "name");
  if (configMap !== undefined) return { kind: "ConfigMap", name: configMap, items: list(volume, "configMap", "items") };
  for (const source of list(volume, "projected", "sources")) {
    const projected = text(source, "secret", "name");
    if (projected !== undefined) return { kind: "Secret", name: projected, items: list(source, "secret", "items") };
  }
  return undefined;
}

function aclIn(
  kind: "Secret" | "ConfigMap",
  namespace: string | undefined,
  name: string,
  key: string,
  dataOf: DataOf,
): AclSource {
  const object = dataOf(kind, namespace, name);
  if (object === undefined)
    return { state: "unknown", why: `${kind} ${name}, which holds the ACL file, is not in this stack` };
  const content = dataEntry(object, key);
  if (content === undefined)
    return { state: "missing", why: `${kind} ${name} has no key ${key}, which should hold the ACL file` };
  if (content instanceof Unknown) return { state: "unknown", why: `the ACL file in ${kind} ${name} is not known yet` };
  return { state: "known", text: content, resource: object.resource, key, inSecret: kind === "Secret" };
}

/** One entry of a Secret (decoded) or ConfigMap; undefined where there is none. */
export function dataEntry(object: KubeObject, key: string): string | Unknown | undefined {
  const written = peek(object.body, "stringData", key);
  if (typeof written === "string" || written instanceof Unknown) return written;
  const data = peek(object.body, "data", key);
  if (data instanceof Unknown) return data;
  if (typeof data !== "string") return undefined;
  return object.kind === "Secret" ? Buffer.from(data, "base64").toString("utf8") : data;
}
