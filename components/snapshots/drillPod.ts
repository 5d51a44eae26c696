import type * as k8s from "@pulumi/kubernetes";
import { DATA_DIRECTORY, SERVER_USER } from "../../contract/mounts";
import { dumpFileName, serverCommand } from "../../server/flags";
import { ports } from "../../server/ports";
import { formatKubernetesBytes } from "../../server/quantity";
import { selectorLabels } from "../names";
import { resources, restrictedContainer, restrictedPod } from "../pods";
import type { SiteSettings } from "../settings/site";
import { drillNames } from "./drillNames";
import { snapshotsContainer, snapshotsVolumes, type SnapshotParts } from "./containers";

type PodTemplate = k8s.types.input.core.v1.PodTemplateSpec;

/** A server that nobody but its own pod can reach, that asks for no password and writes no dump. */
function throwawayArgs(settings: SiteSettings): string[] {
  const { engine, threads, maxmemory } = settings.server;
  if (engine === "dragonfly") {
    return [
      "--logtostderr",
      "--minloglevel=2",
      `--port=${ports.client}`,
      "--bind=127.0.0.1",
      "--primary_port_http_enabled=false",
      "--version_check=false",
      `--dir=${DATA_DIRECTORY}`,
      `--dbfilename=${dumpFileName(engine)}`,
      `--maxmemory=${maxmemory}`,
      `--proactor_threads=${threads}`,
    ];
  }
  return [
    "--port",
    String(ports.client),
    "--bind",
    "127.0.0.1",
    "--dir",
    DATA_DIRECTORY,
    "--dbfilename",
    dumpFileName(engine),
    "--save",
    "",
    "--maxmemory",
    String(maxmemory),
    "--maxmemory-policy",
    "noeviction",
  ];
}

/** Fetches the newest snapshot, loads it beside, compares it with its manifest; its volume goes with it. */
export const drillPod = (settings: SiteSettings, parts: SnapshotParts): PodTemplate => ({
  metadata: { labels: selectorLabels("drill") },
  spec: {
    serviceAccountName: drillNames.serviceAccount,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: "Never",
    securityContext: restrictedPod(SERVER_USER),
    initContainers: [
      snapshotsContainer(settings, parts, { name: "fetch", command: "fetch", reads: "nothing-else" }),
      {
        name: "server",
        image: settings.server.image,
        imagePullPolicy: "IfNotPresent",
        // Beside the proof, and ended with it.
        restartPolicy: "Always",
        command: [...serverCommand(settings.server.engine)],
        args: throwawayArgs(settings),
        resources: resources(settings.server),
        securityContext: restrictedContainer,
        volumeMounts: [{ name: "data", mountPath: DATA_DIRECTORY }],
      },
    ],
    containers: [snapshotsContainer(settings, parts, { name: "prove", command: "prove", reads: "nothing-else" })],
    volumes: [
      { name: "data", emptyDir: { sizeLimit: formatKubernetesBytes(settings.server.storage.size) } },
      ...snapshotsVolumes(parts),
    ],
  },
});
