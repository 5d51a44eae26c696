import type * as k8s from "@pulumi/kubernetes";
import {
  DATA_DIRECTORY,
  PASSWORDS_DIRECTORY,
  S3_DIRECTORY,
  SECRET_MODE,
  SNAPSHOTS_BUNDLE,
  SNAPSHOTS_DIRECTORY,
  SNAPSHOTS_PROGRAM_DIRECTORY,
} from "../../contract/mounts";
import { bytes } from "../../server/types";
import { names } from "../names";
import { resources, restrictedContainer } from "../pods";
import type { SiteSettings } from "../settings/site";
import type { SnapshotAccess } from "../storage/snapshotAccess";

type Container = k8s.types.input.core.v1.Container;
type Volume = k8s.types.input.core.v1.Volume;

/** What a pod needs for the snapshots' process. */
export interface SnapshotParts {
  /** The object with its bundle. */
  readonly configMap: string;
  readonly access: SnapshotAccess;
}

/** Parts on their way and the client: nothing of it grows with the data set (docs/benchmarks.md). */
const RESOURCES = { cpuRequest: 0.02, memoryRequest: bytes(96 * 2 ** 20), memoryLimit: bytes(256 * 2 ** 20) } as const;

export function snapshotsContainer(
  settings: SiteSettings,
  { access }: SnapshotParts,
  container: {
    readonly name: string;
    readonly command: "run" | "fetch" | "prove";
    readonly reads: "passwords" | "nothing-else";
  },
): Container {
  return {
    name: container.name,
    image: settings.guard.image,
    imagePullPolicy: "IfNotPresent",
    command: ["node", `${SNAPSHOTS_PROGRAM_DIRECTORY}/${SNAPSHOTS_BUNDLE}`, container.command],
    env: [
      { name: "NODE_OPTIONS", value: "--max-old-space-size=96 --max-semi-space-size=2" },
      // The image decides which Node it is, not the reader of this log.
      { name: "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", value: "true" },
    ],
    resources: resources(RESOURCES),
    securityContext: restrictedContainer,
    volumeMounts: [
      { name: "data", mountPath: DATA_DIRECTORY },
      { name: "snapshots", mountPath: SNAPSHOTS_PROGRAM_DIRECTORY, readOnly: true },
      { name: "snapshots-config", mountPath: SNAPSHOTS_DIRECTORY, readOnly: true },
      ...(access.kind === "key" ? [{ name: "s3", mountPath: S3_DIRECTORY, readOnly: true }] : []),
      ...(container.reads === "passwords"
        ? [{ name: "snapshots-passwords", mountPath: PASSWORDS_DIRECTORY, readOnly: true }]
        : []),
    ],
  };
}

export const snapshotsVolumes = ({ configMap, access }: SnapshotParts): Volume[] => [
  { name: "snapshots", configMap: { name: configMap } },
  { name: "snapshots-config", configMap: { name: names.snapshots } },
  ...(access.kind === "key" ? [{ name: "s3", secret: { secretName: names.s3, defaultMode: SECRET_MODE } }] : []),
];

/** Passwords of the users that it logs in as, and no others. */
export const snapshotsPasswords = (settings: SiteSettings): Volume => ({
  name: "snapshots-passwords",
  secret: {
    secretName: names.passwords,
    defaultMode: SECRET_MODE,
    items: (settings.server.engine === "dragonfly" ? ["default"] : ["guard", "snapshots"]).map((user) => ({
      key: user,
      path: user,
    })),
  },
});
