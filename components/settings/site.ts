import type { DefaultUserMode } from "../../server/acl/builtin";
import type { GatewaySettings } from "./gateway";
import type { ResolverGiven, ResolverSettings } from "./resolver";
import type { ServerSettings } from "./server";
import type { SnapshotArgs, SnapshotSettings } from "./snapshots";
import type { UserSettings } from "./users";

/** Another site's gateway, as this site reaches it. A change rolls the gateway. */
export interface PeerSettings {
  readonly site: string;
  /** Host name or IP address. */
  readonly address: string;
  /** Default 6380. */
  readonly port: number;
}

export interface LinkSettings {
  /**
   * Secret in the site's namespace, made outside: `tls.crt` and `tls.key` (this site's), `peer-ca.crt` (the peers'
   * CAs).
   * Default dragonfly-link-tls. Must be there before the pods.
   */
  readonly tlsSecretName: string;
}

export interface GuardSettings {
  /** Node 20 or later, which runs the guard. In production with its digest. Needs `upgrade`. */
  readonly image: string;
  /** Default 20m. Needs `upgrade`. */
  readonly cpuRequest: string;
  /** Default 64Mi. Needs `upgrade`. */
  readonly memoryRequest: string;
  /** Default 96Mi. Needs `upgrade`. */
  readonly memoryLimit: string;
  /**
   * What a primary does after a start when no peer answers: wait for the operator's `peer-lost` (default), or serve. At
   * once.
   */
  readonly onPeerUnreachable: "hold" | "serve";
}

/** Who may speak to whom. Changes at once; connections that are there may stay, as the CNI has it. */
export interface NetworkSettings {
  /** Namespaces whose pods are clients. Default identity, ai-system, default; and the resolver's, while it is on. */
  readonly clients: readonly string[];
  /** Namespace of Prometheus; "" for none. Default monitoring. */
  readonly monitoring: string;
  /** The API server as the CNI sees it (`kubectl get endpoints kubernetes`). The guard speaks to it. */
  readonly apiServer: { readonly cidr: string; readonly port: number };
  /** The cluster's DNS. Default kube-system, `k8s-app: kube-dns`. */
  readonly dns: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
  /** Addresses that the peers' gateways have and come from, behind whatever translates them. Needed with peers. */
  readonly peerCidrs: readonly string[];
  /** Default cluster.local. Rolls the gateway. */
  readonly clusterDomain: string;
}

/** Everything about a site that is not a secret. */
export interface SiteSettings {
  /** This site's name, for ever: a DNS label of at most 32 characters. A change is another site. */
  readonly site: string;
  /** Default cache. A change makes a new, empty cache. */
  readonly namespace: string;
  /** `production` (default) wants every image with its digest. Changes nothing that runs. */
  readonly environment: "production" | "lab";
  /** The other sites. Default none: a site alone. */
  readonly peers: readonly PeerSettings[];
  readonly server: ServerSettings;
  /** The unnamed user: shut (default), or open with a password, for clients that know no user name. At once. */
  readonly defaultUser: DefaultUserMode;
  /** Default: the five of the cache that this program replaces. */
  readonly users: readonly UserSettings[];
  readonly gateway: GatewaySettings;
  readonly link: LinkSettings;
  readonly guard: GuardSettings;
  readonly network: NetworkSettings;
  readonly snapshots: SnapshotSettings;
  readonly resolver: ResolverSettings;
}

type Given<T> = T extends readonly unknown[] ? T : T extends object ? { readonly [K in keyof T]?: Given<T[K]> } : T;

/** What has to be said of a site; the rest has defaults. Lists are given whole. */
export type SiteArgs = Omit<Given<SiteSettings>, "site" | "users" | "peers" | "snapshots" | "resolver"> & {
  readonly site: string;
  readonly users?: readonly (Pick<UserSettings, "name" | "keys" | "commands"> & Partial<UserSettings>)[];
  readonly snapshots?: SnapshotArgs;
  readonly resolver?: ResolverGiven;
  readonly peers?: readonly (Pick<PeerSettings, "site" | "address"> & Partial<PeerSettings>)[];
};
