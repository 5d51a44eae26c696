import type { DataOf } from "../aclSource";
import { podCaches, type Cache } from "../cache";
import { at, isList, isMap, list, map, peek, strings, text, type Value, type ValueMap } from "../value";
import type { Installation } from "./installation";

/** What bjw-s' chart app-template makes of its values, from version 2 on: its controllers and their containers. */

export const isAppTemplate = (chart: string): boolean => chart === "app-template";

/** @throws UnknownValue */
export function appTemplateCaches(installation: Installation, dataOf: DataOf): Cache[] {
  const { resource, namespace, release, values } = installation;
  return Object.entries(controllers(values)).flatMap(([name, controller]): Cache[] => {
    if (at(controller, "enabled") === false) return [];
    const labels = {
      ...strings(map(controller, "pod", "labels")),
      "app.kubernetes.io/name": text(values, "global", "nameOverride") ?? release,
      "app.kubernetes.io/instance": release,
      "app.kubernetes.io/controller": name,
    };
    const podSpec = podSpecOf(values, name, controller);
    const caches = podCaches({ resource, carrier: "Helm", namespace, labels, podSpec }, dataOf);
    const isPoliced = Object.keys(map(values, "networkpolicies")).length > 0;
    return caches.map((cache) => ({
      ...cache,
      hasUnknownPorts: true,
      services: services(values, name, labels),
      ...(isPoliced ? { ownPolicies: "the values' networkpolicies are not computed" } : {}),
    }));
  });
}

/** Version 1 had one container, whose settings stood at the top. */
const controllers = (values: Value): ValueMap =>
  isMap(at(values, "image")) ? { main: { containers: { main: values } } } : map(values, "controllers");

function podSpecOf(values: Value, controllerName: string, controller: Value): Value {
  const defaults = map(values, "defaultPodOptions");
  const own = map(controller, "pod");
  const either = (key: string): Value => peek(own, key) ?? peek(defaults, key) ?? null;
  const persistence = Object.entries(map(values, "persistence"));
  const containersIn = (place: string): Value[] =>
    Object.entries(map(controller, place))
      .filter(([, body]) => at(body, "enabled") !== false)
      .map(([name, body]) => container(name, body, mounts(persistence, controllerName, name)));
  return {
    containers: containersIn("containers"),
    initContainers: containersIn("initContainers"),
    securityContext: either("securityContext"),
    hostNetwork: either("hostNetwork"),
    serviceAccountName: text(controller, "serviceAccount", "name") ?? null,
    volumes: persistence.map(([name, body]) => volume(name, body)),
  };
}

function container(name: string, body: Value, volumeMounts: Value): Value {
  const image = at(body, "image");
  return {
    name,
    image: typeof image === "string" ? image : imageOf(map(body, "image")),
    command: asList(at(body, "command")),
    args: asList(at(body, "args")),
    env: environment(at(body, "env") ?? null),
    envFrom: list(body, "envFrom"),
    resources: at(body, "resources") ?? {},
    securityContext: at(body, "securityContext") ?? {},
    ports: list(body, "ports"),
    volumeMounts,
  };
}

function imageOf(image: Value): string {
  const tag = at(image, "tag");
  const digest = text(image, "digest");
  const name = text(image, "repository") ?? "";
  const tagged = typeof tag === "string" || typeof tag === "number" ? `${name}:${tag}` : name;
  return digest === undefined ? tagged : `${tagged}@${digest}`;
}

/** A command may be one word. */
const asList = (written: Value | undefined): readonly Value[] =>
  isList(written) ? written : typeof written === "string" ? [written] : [];

/** A list as Kubernetes has it, or values and sources by name. */
function environment(written: Value): readonly Value[] {
  if (isList(written)) return written;
  if (!isMap(written)) return [];
  return Object.entries(written).map(([name, value]): Value => {
    if (!isMap(value))
      return { name, value: typeof value === "string" ? value : value === null ? null : String(value) };
    return "valueFrom" in value || "value" in value ? { ...value, name } : { name, valueFrom: value };
  });
}

function mounts(persistence: readonly [string, Value][], controller: string, container: string): Value {
  return persistence.flatMap(([name, body]) => {
    const everywhere = list(body, "globalMounts");
    const here = list(body, "advancedMounts", controller, container);
    const written = [...everywhere, ...here];
    const paths = written.length > 0 || isMap(at(body, "advancedMounts")) ? written : [{ path: `/${name}` }];
    return paths.map((mount): Value => {
      const subPath = text(mount, "subPath");
      return { name, mountPath: text(mount, "path") ?? `/${name}`, ...(subPath === undefined ? {} : { subPath }) };
    });
  });
}

function volume(name: string, body: Value): Value {
  const source = text(body, "name");
  const items = list(body, "items");
  if (source !== undefined && text(body, "type") === "secret") return { name, secret: { secretName: source, items } };
  if (source !== undefined && text(body, "type") === "configMap") return { name, configMap: { name: source, items } };
  return { name };
}

function services(values: Value, controller: string, selector: Readonly<Record<string, string>>): readonly Value[] {
  return Object.values(map(values, "service"))
    .filter((body) => at(body, "enabled") !== false && (text(body, "controller") ?? controller) === controller)
    .map((body) => {
      const ranges = at(body, "loadBalancerSourceRanges");
      return {
        metadata: { annotations: map(body, "annotations") },
        spec: {
          type: text(body, "type") ?? "ClusterIP",
          selector,
          ports: Object.values(map(body, "ports")).map((port): Value => {
            const number = at(port, "port") ?? null;
            return { port: number, targetPort: at(port, "targetPort") ?? number };
          }),
          ...(ranges === undefined ? {} : { loadBalancerSourceRanges: ranges }),
        },
      };
    });
}
