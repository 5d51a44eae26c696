import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { ApiAccess } from "./apiAccess";
import { readPlainKubeconfig } from "./kubeconfig";
import { defined } from "../../server/records";

export interface KubeLocation {
  /** Path of the kubeconfig; null: KUBECONFIG, or the file in the home directory, or the pod's own account. */
  readonly kubeconfig: string | null;
  /** Null: the file's current context. */
  readonly context: string | null;
}

/** @throws Error whose message is a clause: which file or context is missing, or why a credential plugin failed. */
export async function openAccess(location: KubeLocation): Promise<ApiAccess> {
  const file = location.kubeconfig ?? defaultFile();
  const plain = file === null ? null : await readPlainKubeconfig(file, location.context);
  return plain ?? (await accessByLibrary(location));
}

/** One ordinary file; several joined ones, or none, are for the library. */
function defaultFile(): string | null {
  const files = (process.env["KUBECONFIG"] ?? "").split(delimiter).filter((f) => f !== "");
  if (files.length > 1) return null;
  if (files[0] !== undefined) return files[0];
  return process.env["KUBERNETES_SERVICE_HOST"] === undefined ? join(homedir(), ".kube", "config") : null;
}

async function accessByLibrary({ kubeconfig, context }: KubeLocation): Promise<ApiAccess> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  if (kubeconfig === null) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  if (context !== null) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`kubeconfig has no cluster for context "${config.getCurrentContext()}"`);

  const options: Parameters<typeof config.applyToHTTPSOptions>[0] = {};
  await config.applyToHTTPSOptions(options);
  const headers = Object.fromEntries(
    Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  if (typeof options.auth === "string")
    headers["authorization"] = `Basic ${Buffer.from(options.auth).toString("base64")}`;
  return {
    server: new URL(cluster.server),
    tls: {
      ...(options.ca == null ? {} : { ca: options.ca }),
      ...(options.cert == null ? {} : { cert: options.cert }),
      ...(options.key == null ? {} : { key: options.key }),
      ...defined({ servername: options.servername, rejectUnauthorized: options.rejectUnauthorized }),
    },
    headers,
    agent:
      cluster.proxyUrl === undefined || options.agent == null || typeof options.agent === "boolean"
        ? null
        : options.agent,
  };
}
