/** Where the gateway's own files are mounted. */
export const CONFIGURATION_DIRECTORY = "/etc/dragonfly-dr/gateway";

/** Where the link's Secret is mounted. */
export const LINK_DIRECTORY = "/etc/dragonfly-dr/link";

/** In the gateway's ConfigMap. */
export const FILES = {
  clients: "haproxy.cfg",
  link: "link.cfg",
  sessions: "sessions.lua",
  clientsRenewal: "renewal.lua",
  linkRenewal: "link-renewal.lua",
} as const;

/** The gateway's two HAProxy processes: one for clients, one for what the sites need among themselves. */
export type GatewayProcess = "clients" | "link";

/** Abstract sockets: in the pod's network namespace only, so nothing is written to a file system. */
const socket = (site: string, name: string): string => `abns@dragonfly-dr-${site}-${name}`;

/** HAProxy's runtime API, and its master's. */
export const adminSocket = (site: string, process: GatewayProcess): string => socket(site, process);
export const masterSocket = (site: string, process: GatewayProcess): string => socket(site, `${process}-master`);

/** Where TLS of what came in by the link ends: of peers' clients, and of peers' guards and replicas. */
export const linkClientsSocket = (site: string): string => socket(site, "link-clients");
export const linkSitesSocket = (site: string): string => socket(site, "link-sites");

/** The way to a guard, for the script that asks it: `local`, or a peer's name. */
export const guardSocket = (site: string, of: string): string => socket(site, `guard-${of}`);
