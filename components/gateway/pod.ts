import type * as k8s from "@pulumi/kubernetes";
import { SECRET_MODE } from "../../contract/mounts";
import { ports } from "../../server/ports";
import { scrapeAnnotations } from "../monitoring/annotations";
import { bytes } from "../../server/types";
import { names, objectLabels, selectorLabels } from "../names";
import { resources, restrictedContainer, restrictedPod } from "../pods";
import type { SiteSettings } from "../settings/site";
import { CONFIGURATION_DIRECTORY, FILES, LINK_DIRECTORY, masterSocket, type GatewayProcess } from "./files";
import { peerGuardPort, sourcePort } from "./haproxyConfig";

type Container = k8s.types.input.core.v1.Container;
type Volume = k8s.types.input.core.v1.Volume;
type PodTemplate = k8s.types.input.core.v1.PodTemplateSpec;

/** HAProxy's own in its official image. */
const USER = 99;
const MIB = 2 ** 20;

/** Of the process for the link: it carries a few connections, and no data set ever waits in it. */
const LINK_RESOURCES = resources({ cpuRequest: 0.05, memoryRequest: bytes(32 * MIB), memoryLimit: bytes(256 * MIB) });

const clientPorts: Container["ports"] = [
  { name: "clients", containerPort: ports.client },
  { name: "read-only", containerPort: ports.readOnly },
  { name: "metrics", containerPort: ports.gatewayMetrics },
];

const linkPorts = ({ peers }: SiteSettings): Container["ports"] => [
  { name: "link", containerPort: ports.link },
  ...peers.flatMap((_, at) => [
    { name: `source-${at}`, containerPort: sourcePort(at) },
    { name: `guard-${at}`, containerPort: peerGuardPort(at) },
  ]),
  { name: "link-metrics", containerPort: ports.linkMetrics },
];

/** What each of the two HAProxy containers has of its own. */
interface OwnPart {
  readonly name: string;
  readonly process: GatewayProcess;
  readonly file: string;
  readonly healthPort: number;
  readonly ports: Container["ports"];
  readonly resources: Container["resources"];
}

const haproxy = (settings: SiteSettings, own: OwnPart): Container => ({
  name: own.name,
  image: settings.gateway.image,
  imagePullPolicy: "IfNotPresent",
  command: [
    "haproxy",
    "-W",
    "-db",
    ...(settings.peers.length === 0 ? [] : ["-S", `${masterSocket(settings.site, own.process)},level,admin`]),
    "-f",
    `${CONFIGURATION_DIRECTORY}/${own.file}`,
  ],
  ports: own.ports,
  resources: own.resources,
  securityContext: restrictedContainer,
  volumeMounts: [
    { name: "configuration", mountPath: CONFIGURATION_DIRECTORY, readOnly: true },
    ...(settings.peers.length === 0 ? [] : [{ name: "link", mountPath: LINK_DIRECTORY, readOnly: true }]),
  ],
  // That it runs: where the primary is, is another question.
  readinessProbe: {
    httpGet: { path: "/healthz", port: own.healthPort },
    periodSeconds: 2,
    timeoutSeconds: 2,
    failureThreshold: 2,
  },
  livenessProbe: {
    httpGet: { path: "/healthz", port: own.healthPort },
    initialDelaySeconds: 5,
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 3,
  },
  // New connections go elsewhere before this one stops to listen.
  lifecycle: { preStop: { sleep: { seconds: 3 } } },
});

const containers = (settings: SiteSettings): Container[] => {
  const clients = haproxy(settings, {
    name: "haproxy",
    process: "clients",
    file: FILES.clients,
    healthPort: ports.gatewayMetrics,
    ports: clientPorts,
    resources: resources(settings.gateway),
  });
  if (settings.peers.length === 0) return [clients];
  const link = haproxy(settings, {
    name: "link",
    process: "link",
    file: FILES.link,
    healthPort: ports.linkMetrics,
    ports: linkPorts(settings),
    resources: LINK_RESOURCES,
  });
  return [clients, link];
};
/** One folder with tls.crt, tls.key and peer-ca.crt, wherever the authorities are kept. */
const linkVolume = ({ link: { tlsSecretName, authoritiesConfigMap } }: SiteSettings): Volume =>
  authoritiesConfigMap === undefined
    ? { name: "link", secret: { secretName: tlsSecretName, defaultMode: SECRET_MODE } }
    : {
        name: "link",
        projected: {
          defaultMode: SECRET_MODE,
          sources: [
            {
              secret: {
                name: tlsSecretName,
                items: ["tls.crt", "tls.key"].map((key) => ({ key, path: key })),
              },
            },
            { configMap: { name: authoritiesConfigMap, items: [{ key: "peer-ca.crt", path: "peer-ca.crt" }] } },
          ],
        },
      };

/** A gateway's pod. `configMap`: name of the object with its configuration. */
export const gatewayPod = (settings: SiteSettings, configMap: string): PodTemplate => ({
  metadata: {
    labels: objectLabels(settings.site, "gateway"),
    ...scrapeAnnotations(settings.monitoring, ports.gatewayMetrics),
  },
  spec: {
    serviceAccountName: names.gateway,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: restrictedPod(USER),
    terminationGracePeriodSeconds: 10,
    // Never two on one node where there is another: a node lost must not take both doors.
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: selectorLabels("gateway") },
      },
    ],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: {
              topologyKey: "kubernetes.io/hostname",
              labelSelector: { matchLabels: selectorLabels("gateway") },
            },
          },
        ],
      },
    },
    containers: containers(settings),
    volumes: [
      { name: "configuration", configMap: { name: configMap } },
      ...(settings.peers.length === 0 ? [] : [linkVolume(settings)]),
    ],
  },
});
