import type * as k8s from "@pulumi/kubernetes";
import { SECRET_MODE } from "../../contract/mounts";
import { ports } from "../../server/ports";
import { scrapeAnnotations } from "../monitoring/annotations";
import { names, objectLabels, selectorLabels } from "../names";
import { resources, restrictedContainer, restrictedPod } from "../pods";
import type { SiteSettings } from "../settings/site";
import { CONFIGURATION_DIRECTORY, peerGuardPort, sourcePort } from "./haproxy";
import { LINK_DIRECTORY, masterSocket } from "./renewal";

type Container = k8s.types.input.core.v1.Container;
type PodTemplate = k8s.types.input.core.v1.PodTemplateSpec;

/** HAProxy's own in its official image. */
const USER = 99;

const listening = ({ peers }: SiteSettings): Container["ports"] => [
  { name: "clients", containerPort: ports.client },
  { name: "read-only", containerPort: ports.readOnly },
  ...(peers.length === 0 ? [] : [{ name: "link", containerPort: ports.link }]),
  ...peers.flatMap((_, at) => [
    { name: `source-${at}`, containerPort: sourcePort(at) },
    { name: `guard-${at}`, containerPort: peerGuardPort(at) },
  ]),
  { name: "metrics", containerPort: ports.gatewayMetrics },
];

const haproxy = (settings: SiteSettings): Container => ({
  name: "haproxy",
  image: settings.gateway.image,
  imagePullPolicy: "IfNotPresent",
  command: [
    "haproxy",
    "-W",
    "-db",
    ...(settings.peers.length === 0 ? [] : ["-S", `${masterSocket(settings.site)},level,admin`]),
    "-f",
    `${CONFIGURATION_DIRECTORY}/haproxy.cfg`,
  ],
  ports: listening(settings),
  resources: resources(settings.gateway),
  securityContext: restrictedContainer,
  volumeMounts: [
    { name: "configuration", mountPath: CONFIGURATION_DIRECTORY, readOnly: true },
    ...(settings.peers.length === 0 ? [] : [{ name: "link", mountPath: LINK_DIRECTORY, readOnly: true }]),
  ],
  // That it runs: where the primary is, is another question.
  readinessProbe: {
    httpGet: { path: "/healthz", port: ports.gatewayMetrics },
    periodSeconds: 2,
    timeoutSeconds: 2,
    failureThreshold: 2,
  },
  livenessProbe: {
    httpGet: { path: "/healthz", port: ports.gatewayMetrics },
    initialDelaySeconds: 5,
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 3,
  },
  // New connections go elsewhere before this one stops to listen.
  lifecycle: { preStop: { sleep: { seconds: 3 } } },
});

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
    containers: [haproxy(settings)],
    volumes: [
      { name: "configuration", configMap: { name: configMap } },
      ...(settings.peers.length === 0
        ? []
        : [{ name: "link", secret: { secretName: settings.link.tlsSecretName, defaultMode: SECRET_MODE } }]),
    ],
  },
});
