import { inCidr } from "./address";
import { NAMESPACE_NAME, type Endpoint, type PodEndpoint } from "./endpoint";
import { matches, type Labels } from "./selector";

/** Others that are meant to be let through, as one thing that a message can name. */
export interface AllowedPeer {
  readonly title: string;
  readonly covers: (endpoint: Endpoint) => boolean;
  /** Endpoints of which one at least has to be let through. */
  readonly examples: readonly Endpoint[];
}

/** The pods of a namespace, whatever their labels; which of them, the policies may narrow. */
export const namespacePeer = (name: string): AllowedPeer => ({
  title: `namespace ${name}`,
  covers: (endpoint) => endpoint.kind === "pod" && endpoint.namespaceLabels[NAMESPACE_NAME] === name,
  examples: [{ kind: "pod", namespace: name, namespaceLabels: { [NAMESPACE_NAME]: name }, labels: {} }],
});

export const podsPeer = (title: string, pod: PodEndpoint, wanted: Labels): AllowedPeer => ({
  title,
  covers: (endpoint) =>
    endpoint.kind === "pod" &&
    endpoint.namespace === pod.namespace &&
    matches(
      Object.entries(wanted).map(([key, value]) => ({ key, operator: "In", values: [value] })),
      endpoint.labels,
    ),
  examples: [pod],
});

export const blockPeer = (cidr: string): AllowedPeer => ({
  title: `addresses ${cidr}`,
  covers: (endpoint) => endpoint.ip !== undefined && inCidr(endpoint.ip, cidr),
  examples: [{ kind: "address", ip: cidr.split("/")[0] ?? "" }],
});

/** Labels that tell a component's pods from others; selectors may leave out the rest, such as the site's. */
export function labelsThatTell(labels: Labels): Labels {
  const telling = ["app.kubernetes.io/name", "app.kubernetes.io/component", "app.kubernetes.io/instance", "app"].filter(
    (key) => labels[key] !== undefined,
  );
  return telling.length === 0 ? labels : Object.fromEntries(telling.map((key) => [key, labels[key] ?? ""]));
}
