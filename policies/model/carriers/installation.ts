import { parse } from "yaml";
import type { KubeObject } from "../kube";
import type { Resource } from "../resource";
import { at, firstUnknown, isMap, list, map, peek, plain, text, Unknown, Unreadable, type Value } from "../value";

/** A Helm chart with the values that it is installed with, whatever installs it. */
export interface Installation {
  readonly resource: Resource;
  /** The chart's name, or an address that ends in it. */
  readonly chart: string;
  /** Where the chart comes from; "" where nothing says. */
  readonly repository: string;
  readonly release: string;
  readonly namespace: string | undefined;
  readonly values: Value;
  /** Why these values may not be all; undefined where they are. */
  readonly incomplete: string | undefined;
}

export interface FoundInstallation {
  readonly resource: Resource;
  /** Undefined where it is none after all. @throws UnknownValue */
  readonly read: () => Installation | undefined;
}

/** Charts that Flux, Argo CD, k3s or Pulumi installs. */
export function installations(objects: readonly KubeObject[], resources: readonly Resource[]): FoundInstallation[] {
  const found: FoundInstallation[] = [];
  for (const object of objects) {
    const kind = `${object.group}/${object.kind}`;
    const { resource } = object;
    if (kind === "helm.toolkit.fluxcd.io/HelmRelease") found.push({ resource, read: () => flux(object, objects) });
    if (kind === "argoproj.io/Application") found.push({ resource, read: () => argo(object) });
    if (kind === "helm.cattle.io/HelmChart") found.push({ resource, read: () => k3s(object) });
  }
  for (const resource of resources)
    if (/^kubernetes:helm\.sh\/v[34]:(Release|Chart)$/.test(resource.type))
      found.push({ resource, read: () => (hasChildren(resource, resources) ? undefined : pulumi(resource)) });
  return found;
}

function flux(object: KubeObject, objects: readonly KubeObject[]): Installation {
  const { body } = object;
  const template = map(body, "spec", "chart", "spec");
  const reference = map(body, "spec", "chartRef");
  const source = objects.find(
    (each) =>
      each.group === "source.toolkit.fluxcd.io" &&
      each.kind === (text(reference, "kind") ?? text(template, "sourceRef", "kind") ?? "HelmRepository") &&
      each.name === (text(reference, "name") ?? text(template, "sourceRef", "name")),
  );
  const url = source === undefined ? undefined : (text(source.body, "spec", "url") ?? "");
  const named = source === undefined ? undefined : text(source.body, "spec", "chart");
  const chart = text(template, "chart") ?? named ?? url ?? text(reference, "name") ?? "";
  const elsewhere = [
    ["spec.valuesFrom", list(body, "spec", "valuesFrom").length > 0],
    ["spec.postRenderers", list(body, "spec", "postRenderers").length > 0],
    ["spec.chart.spec.valuesFiles", list(template, "valuesFiles").length > 0],
  ] as const;
  const missing = elsewhere.filter(([, isThere]) => isThere).map(([key]) => key);
  return {
    resource: object.resource,
    chart,
    repository: url ?? text(template, "sourceRef", "name") ?? "",
    release: text(body, "spec", "releaseName") ?? object.name,
    namespace: text(body, "spec", "targetNamespace") ?? object.namespace,
    values: map(body, "spec", "values"),
    incomplete: missing.length === 0 ? undefined : `${missing.join(", ")}: values are elsewhere`,
  };
}

function argo(object: KubeObject): Installation | undefined {
  const sources = [at(object.body, "spec", "source"), ...list(object.body, "spec", "sources")];
  const source = sources.find((each) => text(each, "chart") !== undefined);
  if (source === undefined) return undefined;
  const helm = map(source, "helm");
  const written = text(helm, "values");
  const elsewhere = ["valueFiles", "parameters", "fileParameters"].filter((key) => list(helm, key).length > 0);
  return {
    resource: object.resource,
    chart: text(source, "chart") ?? "",
    repository: text(source, "repoURL") ?? "",
    release: text(helm, "releaseName") ?? object.name,
    namespace: text(object.body, "spec", "destination", "namespace"),
    values: isMap(at(helm, "valuesObject")) ? map(helm, "valuesObject") : fromYaml(written ?? ""),
    incomplete: elsewhere.length === 0 ? undefined : `${elsewhere.join(", ")}: values are elsewhere`,
  };
}

const k3s = (object: KubeObject): Installation => ({
  resource: object.resource,
  chart: text(object.body, "spec", "chart") ?? "",
  repository: text(object.body, "spec", "repo") ?? "",
  release: object.name,
  namespace: text(object.body, "spec", "targetNamespace") ?? object.namespace,
  values: fromYaml(text(object.body, "spec", "valuesContent") ?? ""),
  incomplete: undefined,
});

/** What Pulumi renders itself stands beside it as resources of its own. */
const hasChildren = (chart: Resource, resources: readonly Resource[]): boolean =>
  chart.type.endsWith(":Chart") &&
  resources.some(({ stack, name }) => stack === chart.stack && name.startsWith(`${chart.name}:`));

function pulumi(resource: Resource): Installation {
  const { props } = resource;
  const values = peek(props, "values");
  const files = peek(props, "valueYamlFiles");
  const isIncomplete =
    values instanceof Unknown || files instanceof Unknown || list(props, "valueYamlFiles").length > 0;
  return {
    resource,
    chart: text(props, "chart") ?? "",
    repository: text(props, "repositoryOpts", "repo") ?? text(props, "chart") ?? "",
    release: text(props, "name") ?? resource.name,
    namespace: text(props, "namespace") ?? "default",
    values: map(values instanceof Unknown ? {} : values),
    incomplete: isIncomplete ? "values or valueYamlFiles: not known" : undefined,
  };
}

/** @throws Unreadable */
function fromYaml(written: string): Value {
  try {
    const values = plain(parse(written) ?? {}).value;
    return isMap(values) ? values : {};
  } catch {
    throw new Unreadable("its values are no YAML");
  }
}

/** The first value that is not known, of those that decide which image runs. */
export const unknownImage = (values: Value): string | undefined => firstUnknown(peek(values, "image"), "image");
