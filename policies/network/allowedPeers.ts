import { NAMESPACE_NAME, type Endpoint, type PodEndpoint } from "./endpoint";
import { peerMatch } from "./peerMatch";
import { UNMATCHED } from "./podSearch";
import type { Entity, Peer } from "./rules";
import { isEqual, type Labels } from "./selector";

/** Others that are meant to be let through, as one thing that a message can name. */
export interface AllowedPeer {
  readonly title: string;
  readonly members: readonly Peer[];
  /** Endpoints of which one at least has to be let through. */
  readonly examples: readonly Endpoint[];
  /** Whether DNS names that say which host they mean are meant as well. */
  readonly hasNamedHosts?: boolean;
}

export const covers = ({ members, hasNamedHosts }: AllowedPeer, endpoint: Endpoint): boolean =>
  (endpoint.kind === "name" && hasNamedHosts === true && isNamedHost(endpoint.name)) ||
  members.some((member) => peerMatch(member, endpoint) === "yes");

/** The first of the members that an endpoint is. */
export const memberOf = (peers: readonly AllowedPeer[], endpoint: Endpoint): Peer | undefined => {
  for (const { members } of peers)
    for (const member of members) if (peerMatch(member, endpoint) === "yes") return member;
  return undefined;
};

/** A pattern without two fixed labels at its end, such as `*` or `*.com`, is anybody's name. */
const isNamedHost = (name: string): boolean => {
  const labels = name.replace(/\.$/, "").split(".");
  return labels.length >= 2 && labels.slice(-2).every((label) => !label.includes("*"));
};

/** The pods of a namespace, whatever their labels; which of them, the policies may narrow. */
export const namespacePeer = (name: string): AllowedPeer => ({
  title: `namespace ${name}`,
  members: [{ kind: "pods", namespaces: [isEqual(NAMESPACE_NAME, name)], pods: [] }],
  examples: [examplePod(name, {})],
});

/** A pod of which nothing is known but its namespace and some of its labels. */
export const examplePod = (namespace: string, labels: Labels): PodEndpoint => ({
  kind: "pod",
  namespace,
  namespaceLabels: { [NAMESPACE_NAME]: namespace },
  hasOpenNamespace: true,
  labels,
  hasOpenLabels: true,
});

export const podsPeer = (title: string, pod: PodEndpoint, wanted: Labels): AllowedPeer => ({
  title,
  members: [
    {
      kind: "pods",
      namespaces: [isEqual(NAMESPACE_NAME, pod.namespace)],
      pods: Object.entries(wanted).map(([key, value]) => isEqual(key, value)),
    },
  ],
  examples: [pod],
});

export const blockPeer = (cidr: string): AllowedPeer => ({
  title: `addresses ${cidr}`,
  members: [{ kind: "block", block: { cidr, except: [] } }],
  examples: [{ kind: "address", ip: cidr.split("/")[0] ?? "", mayHaveName: true }],
});

/** What Cilium calls by a name of its own. */
export const entityPeer = (entity: Entity): AllowedPeer => ({
  title: entity,
  members: [{ kind: "entity", entity }],
  examples: [],
});

/** Hosts that are called by their DNS names. */
export const namedHosts: AllowedPeer = { title: "hosts by name", members: [], examples: [], hasNamedHosts: true };

/** Pods of any namespace that a policy calls by its name. */
export const namedNamespaces: AllowedPeer = {
  title: "namespaces that are named",
  members: [{ kind: "pods", namespaces: [{ key: NAMESPACE_NAME, operator: "NotIn", values: [UNMATCHED] }], pods: [] }],
  examples: [],
};

/** Labels that tell a component's pods from others; selectors may leave out the rest, such as the site's. */
export function labelsThatTell(labels: Labels): Labels {
  const telling = ["app.kubernetes.io/name", "app.kubernetes.io/component", "app.kubernetes.io/instance", "app"].filter(
    (key) => labels[key] !== undefined,
  );
  return telling.length === 0 ? labels : Object.fromEntries(telling.map((key) => [key, labels[key] ?? ""]));
}
