// From the provider's configuration to a server and the credentials for it.
import { existsSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { homedir } from "node:os";
import { join } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node" with { "resolution-mode": "import" };
import type { ClusterAddress } from "./configuration";
import { defined } from "../../../server/records";

const REMEDY = "set kubernetes:kubeconfig to a readable file or its content";

export interface Credentials {
  /** For instance https://127.0.0.1:6443. */
  readonly server: string;
  /** The namespace of the context. */
  readonly namespace: string | undefined;
  /** An agent with the TLS material, and headers, for node:https. */
  readonly requestOptions: () => Promise<RequestOptions>;
}

/** Throws with one line when the kubeconfig is missing or broken, or does not have the context or the cluster. */
export async function readCredentials(address: ClusterAddress): Promise<Credentials> {
  const config = await load(address);
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw new Error(
      `kubeconfig: context "${config.getCurrentContext()}" names no cluster; add it, or name another context`,
    );
  return {
    server: cluster.server.replace(/\/+$/, ""),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace,
    requestOptions: async () => {
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      return options;
    },
  };
}

/** What tells one cluster from another: its entry in the kubeconfig. Undefined when there is none to be read. */
export async function activeCluster(address: ClusterAddress): Promise<string | undefined> {
  try {
    const cluster = (await load(address)).getCurrentCluster();
    return cluster === null
      ? undefined
      : JSON.stringify([cluster.name, cluster.server, cluster.caData, cluster.caFile, cluster.skipTLSVerify]);
  } catch {
    return undefined;
  }
}

async function load({ kubeconfig, context, cluster }: ClusterAddress): Promise<KubeConfig> {
  const { KubeConfig: Config } = await import("@kubernetes/client-node");
  const config = new Config();
  const source = kubeconfig ?? process.env["KUBECONFIG"] ?? join(homedir(), ".kube", "config");
  const file = isContent(source) ? undefined : existingFile(source);
  try {
    if (file === undefined) config.loadFromString(source);
    else config.loadFromFile(file);
  } catch {
    // The parser quotes what it read, and that is full of keys.
    throw new Error(`kubeconfig${file === undefined ? "" : ` ${file}`}: cannot be parsed; ${REMEDY}`);
  }
  if (context !== undefined) {
    if (config.getContextObject(context) === null) {
      const known = config
        .getContexts()
        .map(({ name }) => name)
        .join(", ");
      throw new Error(`kubeconfig: there is no context "${context}"; name one of ${known}`);
    }
    config.setCurrentContext(context);
  }
  if (cluster !== undefined) useCluster(config, cluster);
  return config;
}

function isContent(kubeconfig: string): boolean {
  return kubeconfig.includes("\n") || kubeconfig.trimStart().startsWith("{");
}

function existingFile(path: string): string {
  const file = path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
  if (!existsSync(file)) throw new Error(`kubeconfig ${path}: there is no such file; ${REMEDY}`);
  return file;
}

/** As `kubectl --cluster`: the current context with another cluster. */
function useCluster(config: KubeConfig, cluster: string): void {
  if (config.getCluster(cluster) === null) {
    throw new Error(
      `kubeconfig: there is no cluster "${cluster}"; name one of ${config
        .getClusters()
        .map(({ name }) => name)
        .join(", ")}`,
    );
  }
  const current = config.getContextObject(config.getCurrentContext());
  const name = `pulumi-${cluster}`;
  config.addContext({
    name,
    cluster,
    user: current?.user ?? "",
    ...defined({ namespace: current?.namespace }),
  });
  config.setCurrentContext(name);
}
