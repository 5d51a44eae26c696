import { isIP } from "node:net";
import { linkServerName, names } from "../names";
import { adminSocket, CONFIGURATION_DIRECTORY, FILES, LINK_DIRECTORY, type GatewayProcess } from "./files";
import type { GatewayPeer, HaproxyConfig } from "./haproxyConfig";

export const section = (title: string, ...lines: readonly string[]): string =>
  [title, ...lines.map((line) => `  ${line}`)].join("\n");

export const USER_TIMEOUT = "tcp-ut 3s";

/** What one of the two processes has besides what both have. */
interface ProcessHeader {
  readonly process: GatewayProcess;
  readonly maxConnections: number;
  readonly scripts: readonly string[];
  readonly logConnections: boolean;
}

/** Sections `global`, `defaults` and `resolvers` of either process. */
export const header = ({ site, threads, peers }: HaproxyConfig, own: ProcessHeader): readonly string[] => [
  section(
    "global",
    // State changes of servers go to the log; single connections only where that is asked for.
    `log stdout format raw daemon ${own.logConnections ? "info" : "notice"}`,
    `nbthread ${threads}`,
    // Without it HAProxy reserves memory for as many as the container's limit of open files allows.
    `maxconn ${own.maxConnections}`,
    // After a reload the worker from before keeps its connections; a pod that ends has its own grace period.
    "hard-stop-after 24h",
    "ssl-load-extra-del-ext",
    "ssl-default-bind-options ssl-min-ver TLSv1.2",
    "ssl-default-server-options ssl-min-ver TLSv1.2",
    `stats socket ${adminSocket(site, own.process)} level admin`,
    ...own.scripts.map((script) => `lua-load ${CONFIGURATION_DIRECTORY}/${script}`),
    ...(peers.length === 0
      ? []
      : [`lua-load ${CONFIGURATION_DIRECTORY}/${own.process === "link" ? FILES.linkRenewal : FILES.clientsRenewal}`]),
  ),
  section(
    "defaults",
    "log global",
    "mode tcp",
    ...(own.logConnections ? ["option tcplog"] : []),
    "option clitcpka",
    "option srvtcpka",
    "option dontlognull",
    // A session that waits in silence has nothing under way that the TCP user time-out could miss.
    ...["clitcpka", "srvtcpka"].flatMap((side) => [`${side}-idle 10s`, `${side}-intvl 3s`, `${side}-cnt 3`]),
    "timeout connect 300ms",
    // As good as off: a client may wait in BLPOP, a replica in silence. Dead peers are found by the TCP user time-out.
    "timeout client 24d",
    "timeout server 24d",
    "timeout client-fin 10s",
    "timeout server-fin 10s",
  ),
  section(
    "resolvers cluster",
    "parse-resolv-conf",
    "resolve_retries 3",
    "timeout resolve 1s",
    "timeout retry 1s",
    "hold valid 10s",
    // An answer that stays away takes no server out: its last address goes on counting. An answer with another address
    // is believed at once ("obsolete" is not held).
    ...["nx", "timeout", "refused", "other"].map((state) => `hold ${state} 24h`),
    "hold obsolete 0s",
  ),
];

const resolved = (host: string): string => (isIP(host) === 0 ? " resolvers cluster init-addr last,libc,none" : "");
const endpoint = (host: string, port: number): string => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

export function localServer(
  { namespace, clusterDomain }: HaproxyConfig,
  port: number,
  ...options: readonly string[]
): string {
  const host = `${names.serverService}.${namespace}.svc.${clusterDomain}`;
  return ["server local", endpoint(host, port), USER_TIMEOUT, ...options].join(" ") + resolved(host);
}

/**
 * To a peer: both ends show a certificate, and the peer's must carry the name that was asked for. HAProxy resumes TLS
 * sessions by itself, a ticket for each thread and server.
 */
export function peerServer(peer: GatewayPeer, name: string, ...options: readonly string[]): string {
  const tls = [
    `ssl crt ${LINK_DIRECTORY}/tls.crt ca-file ${LINK_DIRECTORY}/peer-ca.crt`,
    `verify required verifyhost ${name} sni str(${name})`,
  ];
  return (
    [`server ${peer.site}`, endpoint(peer.address, peer.port), USER_TIMEOUT, ...tls, ...options].join(" ") +
    resolved(peer.address)
  );
}

/**
 * Says to the peer's gateway that a client's session is coming, which goes to another process than the sites' own. A
 * gateway of a version before this knows nothing of it, and lets it in all the same.
 */
export const CLIENTS_PROTOCOL = "dragonfly-dr-clients";

export const clientsOf = (peer: GatewayPeer, ...options: readonly string[]): string =>
  peerServer(peer, linkServerName(peer.site), `alpn ${CLIENTS_PROTOCOL}`, ...options);

/** TLS of the link ends here: the other end shows a certificate of a peer. */
export const linkBind = (socket: string): string =>
  `bind ${socket} accept-proxy ssl crt ${LINK_DIRECTORY}/tls.crt ca-file ${LINK_DIRECTORY}/peer-ca.crt verify required`;
