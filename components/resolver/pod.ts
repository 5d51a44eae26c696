import { scrapeAnnotations } from "../monitoring/annotations";
import type * as pulumi from "@pulumi/pulumi";
import type * as k8s from "@pulumi/kubernetes";
import { SECRET_MODE } from "../../contract/mounts";
import { ports } from "../../server/ports";
import { resources, restrictedContainer, restrictedPod } from "../pods";
import { resolverImage, type ResolverImplementation } from "../settings/resolver";
import type { SiteSettings } from "../settings/site";
import { ownEnvironment, PASSWORD_DIRECTORY } from "./environment";
import { resolverLabels, resolverNames, resolverSelector } from "./names";

type Container = k8s.types.input.core.v1.Container;
type PodTemplate = k8s.types.input.core.v1.PodTemplateSpec;
type Probe = k8s.types.input.core.v1.Probe;
type Volume = k8s.types.input.core.v1.Volume;
type VolumeMount = k8s.types.input.core.v1.VolumeMount;

/** Node's own in its official image; the others may be anybody. */
const USER = 1000;
const BUNDLE_DIRECTORY = "/opt/dragonfly-dr";
const CONFIGURATION_DIRECTORY = "/etc/dragonfly-dr/resolver";

interface Mounted {
  readonly volume: Volume;
  readonly mount: VolumeMount;
}

const mounted = (name: string, mountPath: string, source: Omit<Volume, "name">): Mounted => ({
  volume: { name, ...source },
  mount: { name, mountPath, readOnly: true },
});

/** What an implementation needs beside its environment. */
interface Start {
  /** Empty: the image's own. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly mounts: readonly Mounted[];
}

function startOf(implementation: ResolverImplementation, bundleConfigMap: string): Start {
  switch (implementation) {
    case "builtin":
      return {
        command: ["node", `${BUNDLE_DIRECTORY}/resolver.cjs`],
        args: [],
        mounts: [
          mounted("bundle", BUNDLE_DIRECTORY, { configMap: { name: bundleConfigMap } }),
          mounted("redis", PASSWORD_DIRECTORY, {
            secret: { secretName: resolverNames.password, defaultMode: SECRET_MODE },
          }),
        ],
      };
    case "routedns":
      return {
        command: [],
        args: [`${CONFIGURATION_DIRECTORY}/routedns.toml`],
        mounts: [
          mounted("configuration", CONFIGURATION_DIRECTORY, {
            secret: { secretName: resolverNames.configuration, defaultMode: SECRET_MODE },
          }),
        ],
      };
    case "heimdall":
      return { command: [], args: [], mounts: [] };
  }
}

/** RouteDNS has no port of its own for it: that it takes connections is all that can be asked. */
const check = (implementation: ResolverImplementation, path: string): Pick<Probe, "httpGet" | "tcpSocket"> =>
  implementation === "routedns" ? { tcpSocket: { port: ports.dns } } : { httpGet: { path, port: ports.resolverHttp } };

function container(settings: SiteSettings, { command, args, mounts }: Start): Container {
  const { implementation, environment } = settings.resolver;
  const variables = Object.entries({ ...ownEnvironment(settings), ...environment });
  return {
    name: "resolver",
    image: resolverImage(settings.resolver) ?? "",
    imagePullPolicy: "IfNotPresent",
    ...(command.length === 0 ? {} : { command: [...command] }),
    ...(args.length === 0 ? {} : { args: [...args] }),
    env: variables.map(([name, value]) => ({ name, value })),
    ports: [
      { name: "dns-udp", containerPort: ports.dns, protocol: "UDP" },
      { name: "dns-tcp", containerPort: ports.dns, protocol: "TCP" },
      ...(implementation === "routedns" ? [] : [{ name: "http", containerPort: ports.resolverHttp }]),
    ],
    resources: resources(settings.resolver),
    securityContext: restrictedContainer,
    ...(mounts.length === 0 ? {} : { volumeMounts: mounts.map(({ mount }) => mount) }),
    readinessProbe: {
      ...check(implementation, implementation === "heimdall" ? "/health" : "/ready"),
      periodSeconds: 2,
      timeoutSeconds: 2,
      failureThreshold: 2,
    },
    livenessProbe: {
      ...check(implementation, "/health"),
      initialDelaySeconds: 10,
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 3,
    },
    // The builtin goes on answering for as long by itself when it is told to stop.
    ...(implementation === "builtin" ? {} : { lifecycle: { preStop: { sleep: { seconds: 5 } } } }),
  };
}

export interface ResolverPodArgs {
  /** Name of the object with the builtin resolver's bundle. */
  readonly bundleConfigMap: string;
  /** Of the pods: a change of one rolls them. */
  readonly annotations: Readonly<Record<string, pulumi.Input<string>>> | undefined;
}

/** A resolver's pod. */
export function resolverPod(settings: SiteSettings, { bundleConfigMap, annotations }: ResolverPodArgs): PodTemplate {
  const start = startOf(settings.resolver.implementation, bundleConfigMap);
  const merged = {
    ...annotations,
    ...(settings.resolver.implementation === "routedns"
      ? {}
      : scrapeAnnotations(settings.monitoring, ports.resolverHttp).annotations),
  };
  return {
    metadata: {
      labels: resolverLabels(settings.site),
      ...(Object.keys(merged).length === 0 ? {} : { annotations: merged }),
    },
    spec: {
      serviceAccountName: resolverNames.serviceAccount,
      automountServiceAccountToken: false,
      // A Service called heimdall-redis would be found by its variables, before what is said here.
      enableServiceLinks: false,
      // The one name that is looked up is a full one: no search list is tried first.
      dnsConfig: { options: [{ name: "ndots", value: "1" }] },
      securityContext: restrictedPod(USER),
      // Five seconds until nobody sends any more, then what is still to be answered.
      terminationGracePeriodSeconds: 30,
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "topology.kubernetes.io/zone",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: resolverSelector },
        },
      ],
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 100,
              podAffinityTerm: {
                topologyKey: "kubernetes.io/hostname",
                labelSelector: { matchLabels: resolverSelector },
              },
            },
          ],
        },
      },
      containers: [container(settings, start)],
      ...(start.mounts.length === 0 ? {} : { volumes: start.mounts.map(({ volume }) => volume) }),
    },
  };
}
