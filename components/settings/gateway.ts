import { group, optional, withDefault } from "../catalogue/fields";
import type { SettingsOf } from "../catalogue/node";
import { list, oneOf, textMap, boolean, wholeNumber } from "../catalogue/values";
import { images } from "./images";
import { cidr, cores, image, kubernetesSize, port } from "./kinds";

const serviceType = oneOf("ClusterIP", "NodePort", "LoadBalancer");

/** How a Service is reached from outside its cluster. */
const exposure = {
  nodePort: optional(port, {
    doc:
      "Port of the nodes, with type NodePort. Not given: Kubernetes chooses. A change ends the connections that" +
      " came by it.",
    example: 30379,
  }),
  annotations: withDefault(textMap("annotations"), {
    default: {},
    doc: "Annotations of the Service, for the cloud's load balancer.",
    example: { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" },
  }),
  allowedSources: withDefault(list(cidr), {
    default: [],
    doc: "CIDRs that may connect from outside the cluster; the load balancer and the NetworkPolicy admit them.",
    example: ["198.51.100.0/24"],
  }),
};

const clients = group(
  "Clients",
  { doc: "The Services dragonfly and dragonfly-ro, for clients.", effect: "at once" },
  {
    type: withDefault(serviceType, {
      default: "ClusterIP",
      doc: "Type of the Services. Any type but ClusterIP needs allowedSources.",
    }),
    ...exposure,
    readOnlyNodePort: optional(port, {
      doc: "Port of the nodes for dragonfly-ro; nodePort is that of dragonfly.",
      example: 30378,
    }),
  },
);

const link = group(
  "PeerLink",
  { doc: "The Service dragonfly-link, for the gateways of the peers.", effect: "at once" },
  { type: withDefault(serviceType, { default: "LoadBalancer", doc: "Type of the Service." }), ...exposure },
);

export const gateway = group(
  "Gateway",
  { doc: "HAProxy, through which every connection of a client or a peer passes.", effect: "rolls" },
  {
    image: withDefault(image, {
      default: images.haproxy,
      defaultShown: "the official image of HAProxy 3.2",
      doc: "Image of HAProxy 2.6 or later; environment production wants it with its digest.",
    }),
    replicas: withDefault(wholeNumber(1, 16), {
      default: 2,
      doc: "Number of pods. With one, a rollout or a lost node interrupts every client.",
      example: 3,
    }),
    threads: withDefault(wholeNumber(1, 64), { default: 2, doc: "Threads of each HAProxy." }),
    maxConnections: withDefault(wholeNumber(16, 1_000_000), {
      default: 10_000,
      doc: "Connections that each pod holds at a time.",
      example: 20_000,
    }),
    holdSeconds: withDefault(wholeNumber(0, 60), {
      default: 5,
      doc: "Seconds that a new session waits while there is no primary; then it is closed.",
      example: 10,
    }),
    holdSessions: withDefault(wholeNumber(0, 1_000_000), {
      default: 5_000,
      doc: "Sessions that may wait in each pod at a time; one more is closed. Each takes up to 25 kB of memory.",
    }),
    linkSessionRate: withDefault(wholeNumber(10, 100_000), {
      default: 400,
      doc: "New sessions a second that each pod leads over the link to a peer; the others wait.",
    }),
    logConnections: withDefault(boolean, {
      default: false,
      doc: "Whether the log has a line for each connection of a client.",
      example: true,
    }),
    cpuRequest: withDefault(cores, { default: "100m", doc: "CPU request of the container." }),
    memoryRequest: withDefault(kubernetesSize, { default: "64Mi", doc: "Memory request of the container." }),
    memoryLimit: withDefault(kubernetesSize, { default: "512Mi", doc: "Memory limit of the container." }),
    clients,
    link,
  },
);

export type GatewaySettings = SettingsOf<typeof gateway>;
export type ClientsSettings = SettingsOf<typeof clients>;
export type ExposureSettings = SettingsOf<typeof link>;
export type ServiceType = ExposureSettings["type"];
