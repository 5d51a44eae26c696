import { DATA_DIRECTORY } from "../server/flags";

/**
 * Where a pod's processes find what the components mount for them: every path and file name once. The server's own
 * (its data, its ACL file) are in server/flags.ts.
 */

/**
 * User and group of every container of the server's pod and of a drill, so that the guard may end a frozen server and
 * all may read the volume. Dragonfly's image has it as its own.
 */
export const SERVER_USER = 999;
/** Group-readable: the files belong to root and the pod's group. */
export const SECRET_MODE = 0o440;

export { DATA_DIRECTORY };

/** The guard's bundle and what starts the server. */
export const PROGRAMS_DIRECTORY = "/opt/dragonfly-dr";
export const GUARD_BUNDLE = "guard.cjs";
export const SNAPSHOTS_PROGRAM_DIRECTORY = "/opt/dragonfly-dr-snapshots";
export const SNAPSHOTS_BUNDLE = "snapshots.cjs";

export const SITE_DIRECTORY = "/etc/dragonfly-dr/site";
export const SITE_FILE = "site.json";
export const SNAPSHOTS_DIRECTORY = "/etc/dragonfly-dr/snapshots";
export const SNAPSHOTS_FILE = "snapshots.json";
/** One file a user. */
export const PASSWORDS_DIRECTORY = "/etc/dragonfly-dr/passwords";
/** The default user's password for a Dragonfly; the kubelet renews it when the Secret changes. */
export const SERVER_PASSWORD_DIRECTORY = "/etc/dragonfly-dr/server";
/** The object store's access key, where it has no role. */
export const S3_DIRECTORY = "/etc/dragonfly-dr/s3";
/** Kubernetes' own place for the token of a pod's account. */
export const SERVICE_ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount";
