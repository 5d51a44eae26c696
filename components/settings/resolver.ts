import { group, optional, withDefault } from "../catalogue/fields";
import type { SettingsOf } from "../catalogue/node";
import { boolean, list, oneOf, textMap, wholeNumber } from "../catalogue/values";
import { images } from "./images";
import { cidr, cores, image, ipAddress, kubernetesSize, namespaceName, size, upstream } from "./kinds";

export const resolver = group(
  "Resolver",
  {
    doc: "The DNS resolvers that share their answers through the cache (docs/resolver.md).",
    effect: "rolls the resolver",
  },
  {
    enabled: withDefault(boolean, {
      default: false,
      effect: "at once",
      doc: "Whether there are resolvers. While they use the cache, their namespace is one of its clients.",
      example: true,
    }),
    implementation: withDefault(oneOf("builtin", "routedns", "heimdall"), {
      default: "builtin",
      doc:
        "builtin: this program's own. routedns: reads and writes at the primary. heimdall: keeps to its local" +
        " cache, as upstream never wired the shared one.",
    }),
    image: optional(image, {
      doc:
        "Image of the resolver; environment production wants it with its digest. Not given: the official image of" +
        " Node 20 for builtin; the others need one.",
    }),
    namespace: withDefault(namespaceName, {
      default: "dns",
      doc: "Namespace for the resolver alone; the stack makes it. A change makes new Services.",
    }),
    replicas: withDefault(wholeNumber(1, 100), { default: 3, effect: "at once", doc: "The fewest pods." }),
    maxReplicas: withDefault(wholeNumber(1, 100), {
      default: 9,
      effect: "at once",
      doc: "The most pods that the autoscaler makes. With the value of replicas there is no autoscaler.",
    }),
    targetCpuPercent: withDefault(wholeNumber(10, 95), {
      default: 70,
      effect: "at once",
      doc: "Use of cpuRequest, in percent, above which the autoscaler adds pods.",
    }),
    upstreams: withDefault(list(upstream), {
      default: [],
      doc: "DNS servers that the resolver asks. Needed while it is enabled.",
      example: ["10.0.0.2", "10.0.0.3:5353"],
    }),
    clients: withDefault(list(namespaceName), {
      default: ["identity", "ai-system", "default"],
      effect: "at once",
      doc: "Namespaces whose pods may ask.",
    }),
    clientCidrs: withDefault(list(cidr), {
      default: [],
      effect: "at once",
      doc: "Addresses that may ask, such as those of nodes with a DNS cache of their own.",
      example: ["10.0.0.0/16"],
    }),
    clusterIP: optional(ipAddress, {
      doc:
        "Address of the Service, for resolv.conf and forwarders, which take no names. Not given: Kubernetes" +
        " chooses. A change makes a new Service.",
      example: "10.96.0.53",
    }),
    cacheSize: withDefault(size, { default: "64Mi", doc: "Local cache of a pod.", example: "128Mi" }),
    workers: withDefault(wholeNumber(1, 64), { default: 2, doc: "Processes that answer in a pod." }),
    cpuRequest: withDefault(cores, {
      default: "500m",
      doc: "CPU request of the container, in which the autoscaler counts.",
    }),
    memoryRequest: withDefault(kubernetesSize, { default: "256Mi", doc: "Memory request of the container." }),
    memoryLimit: withDefault(kubernetesSize, { default: "512Mi", doc: "Memory limit of the container." }),
    environment: withDefault(textMap("variables"), {
      default: {},
      doc: "Further HEIMDALL_… variables (docs/resolver.md). A variable that the program sets is refused.",
      example: { HEIMDALL_LOG_LEVEL: "debug" },
    }),
  },
);

export type ResolverSettings = SettingsOf<typeof resolver>;
export type ResolverImplementation = ResolverSettings["implementation"];

/** The image that runs: the builtin one has a default. */
export const resolverImage = ({ image: given, implementation }: ResolverSettings): string | undefined =>
  given ?? (implementation === "builtin" ? images.node : undefined);
