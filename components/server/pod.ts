import type * as k8s from "@pulumi/kubernetes";
import {
  DATA_DIRECTORY,
  GUARD_BUNDLE,
  PASSWORDS_DIRECTORY,
  PROGRAMS_DIRECTORY,
  SECRET_MODE,
  SERVER_PASSWORD_DIRECTORY,
  SERVER_USER,
  SERVICE_ACCOUNT_DIRECTORY,
  SITE_DIRECTORY,
} from "../../contract/mounts";
import { ACL_FILE, serverArgs, serverCommand } from "../../server/flags";
import { ports } from "../../server/ports";
import { scrapeAnnotations } from "../monitoring/annotations";
import { names, objectLabels } from "../names";
import { resources, restrictedContainer, restrictedPod } from "../pods";
import { serverConfig } from "../settings/server";
import type { SiteSettings } from "../settings/site";
import { SERVE_FILE } from "./serveScript";
import { snapshotsContainer, snapshotsPasswords, snapshotsVolumes, type SnapshotParts } from "../snapshots/containers";

type Container = k8s.types.input.core.v1.Container;
type PodTemplate = k8s.types.input.core.v1.PodTemplateSpec;
type Volume = k8s.types.input.core.v1.Volume;

const server = (settings: SiteSettings): Container => ({
  name: "server",
  image: settings.server.image,
  imagePullPolicy: "IfNotPresent",
  command: ["sh", `${PROGRAMS_DIRECTORY}/${SERVE_FILE}`, ...serverCommand(settings.server.engine)],
  args: [...serverArgs(serverConfig(settings.server))],
  // Dragonfly takes flags from DFLY_<flag>; the admin port asks for this one.
  ...(settings.server.engine === "dragonfly"
    ? {
        env: [{ name: "DFLY_requirepass", valueFrom: { secretKeyRef: { name: names.passwords, key: "default" } } }],
      }
    : {}),
  ports: [{ name: "server", containerPort: ports.client }],
  resources: resources(settings.server),
  securityContext: restrictedContainer,
  volumeMounts: [
    { name: "data", mountPath: DATA_DIRECTORY },
    { name: "acl", mountPath: ACL_FILE.slice(0, ACL_FILE.lastIndexOf("/")), readOnly: true },
    { name: "guard", mountPath: PROGRAMS_DIRECTORY, readOnly: true },
    ...(settings.server.engine === "dragonfly"
      ? [{ name: "server-password", mountPath: SERVER_PASSWORD_DIRECTORY, readOnly: true }]
      : []),
  ],
  // The port is open while a dump loads: loading never fails a probe. Whether the server answers is the guard's to
  // judge.
  startupProbe: { tcpSocket: { port: ports.client }, periodSeconds: 2, failureThreshold: 300 },
  livenessProbe: { tcpSocket: { port: ports.client }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
  // The guard is told to stop at the same moment: it closes the door before the server saves its dump.
  lifecycle: { preStop: { sleep: { seconds: 2 } } },
});

const guard = ({ guard: settings }: SiteSettings): Container => ({
  name: "guard",
  image: settings.image,
  imagePullPolicy: "IfNotPresent",
  command: ["node", `${PROGRAMS_DIRECTORY}/${GUARD_BUNDLE}`],
  env: [
    { name: "NODE_EXTRA_CA_CERTS", value: `${SERVICE_ACCOUNT_DIRECTORY}/ca.crt` },
    { name: "NODE_OPTIONS", value: "--max-old-space-size=64 --max-semi-space-size=2" },
  ],
  ports: [
    { name: "guard", containerPort: ports.guard },
    { name: "metrics", containerPort: ports.metrics },
  ],
  resources: resources(settings),
  securityContext: restrictedContainer,
  volumeMounts: [
    { name: "data", mountPath: DATA_DIRECTORY },
    { name: "site", mountPath: SITE_DIRECTORY, readOnly: true },
    { name: "passwords", mountPath: PASSWORDS_DIRECTORY, readOnly: true },
    { name: "guard", mountPath: PROGRAMS_DIRECTORY, readOnly: true },
    { name: "api", mountPath: SERVICE_ACCOUNT_DIRECTORY, readOnly: true },
  ],
  // Not a matter of role: a site that is held is ready, so that "pulumi up" ends before "init".
  readinessProbe: {
    httpGet: { path: "/healthz", port: ports.guard },
    periodSeconds: 2,
    timeoutSeconds: 2,
    failureThreshold: 3,
  },
  livenessProbe: {
    httpGet: { path: "/livez", port: ports.guard },
    initialDelaySeconds: 10,
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 6,
  },
});

const volumes = (settings: SiteSettings, programs: string): Volume[] => [
  { name: "acl", secret: { secretName: names.acl, defaultMode: SECRET_MODE } },
  { name: "site", configMap: { name: names.site } },
  { name: "passwords", secret: { secretName: names.passwords, defaultMode: SECRET_MODE } },
  { name: "guard", configMap: { name: programs } },
  ...(settings.server.engine === "dragonfly"
    ? [
        {
          name: "server-password",
          secret: {
            secretName: names.passwords,
            items: [{ key: "default", path: "default" }],
            defaultMode: SECRET_MODE,
          },
        },
      ]
    : []),
  {
    // The token of the pod's account, for the guard alone: the server container never sees it.
    name: "api",
    projected: {
      defaultMode: SECRET_MODE,
      sources: [
        { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        { downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] } },
      ],
    },
  },
];

/**
 * The server's pod. `programs`: name of the object with the guard's bundle and what starts the server. `snapshots`:
 * null while they stay on the volume.
 */
export const serverPod = (settings: SiteSettings, programs: string, snapshots: SnapshotParts | null): PodTemplate => ({
  metadata: {
    labels: objectLabels(settings.site, "server"),
    ...scrapeAnnotations(settings.monitoring, ports.metrics),
  },
  spec: {
    serviceAccountName: names.serviceAccount,
    automountServiceAccountToken: false,
    // Service variables of the name DRAGONFLY_… would be noise; an unknown DFLY_… ends Dragonfly (note 14).
    enableServiceLinks: false,
    shareProcessNamespace: true,
    securityContext: restrictedPod(SERVER_USER),
    // For the dump that the server saves when it is told to stop (note 15).
    terminationGracePeriodSeconds: 120,
    containers: [
      server(settings),
      guard(settings),
      ...(snapshots === null
        ? []
        : [snapshotsContainer(settings, snapshots, { name: "snapshots", command: "run", reads: "passwords" })]),
    ],
    volumes: [
      ...volumes(settings, programs),
      ...(snapshots === null ? [] : [...snapshotsVolumes(snapshots), snapshotsPasswords(settings)]),
    ],
  },
});
