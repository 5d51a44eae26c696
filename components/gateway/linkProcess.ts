import { ports } from "../../server/ports";
import { linkGuardName, linkName, linkServerName } from "../names";
import { guardSocket, linkClientsSocket, linkSitesSocket } from "./files";
import { peerGuardPort, sourcePort, type HaproxyConfig } from "./haproxyConfig";
import { CLIENTS_PROTOCOL, header, linkBind, localServer, peerServer, section, USER_TIMEOUT } from "./sections";

/**
 * The link's port. TLS stays closed here: its greeting says who comes, and the sessions of peers' clients are handed
 * to the other process, handshake and all.
 */
const front = ({ site }: HaproxyConfig): readonly string[] => [
  section(
    "frontend link",
    `bind :${ports.link} ${USER_TIMEOUT}`,
    "tcp-request inspect-delay 5s",
    "tcp-request content accept if { req.ssl_hello_type 1 }",
    "tcp-request content reject",
    `use_backend to_link_clients if { req.ssl_alpn ${CLIENTS_PROTOCOL} }`,
    "default_backend to_link_sites",
  ),
  section("backend to_link_clients", `server clients ${linkClientsSocket(site)} send-proxy-v2`),
  section("backend to_link_sites", `server sites ${linkSitesSocket(site)} send-proxy-v2`),
];

/** Peers' guards and replicas reach this site's guard and server, nothing else: no way leads back out. */
const sites = (config: HaproxyConfig): readonly string[] => [
  section(
    "frontend link_sites",
    linkBind(linkSitesSocket(config.site)),
    `acl peer ssl_c_s_dn(cn) -m str ${config.peers.map(({ site }) => linkName(site)).join(" ")}`,
    `acl to_server ssl_fc_sni ${linkServerName(config.site)}`,
    `acl to_guard ssl_fc_sni ${linkGuardName(config.site)}`,
    "tcp-request content reject unless peer",
    "tcp-request content reject unless to_server or to_guard",
    "use_backend local_guard if to_guard",
    "default_backend local_server",
  ),
  section("backend local_server", localServer(config, ports.client)),
  section(
    "backend local_guard",
    "mode http",
    // Longer than the guard lets a gateway's question wait.
    "timeout server 10s",
    "http-request deny deny_status 404 unless { path /primary /replica /read-only /status /gateway }",
    localServer(config, ports.guard),
  ),
];

/** For the site's own server and guard, and for the clients' process: plain here, over the link to one peer each. */
const peers = (config: HaproxyConfig): readonly string[] =>
  config.peers.flatMap((peer, at) => [
    section(
      `frontend source_${peer.site}`,
      `bind :${sourcePort(at)} ${USER_TIMEOUT}`,
      `default_backend source_${peer.site}`,
    ),
    section(`backend source_${peer.site}`, "timeout connect 3s", peerServer(peer, linkServerName(peer.site))),
    section(
      `frontend guard_${peer.site}`,
      `bind :${peerGuardPort(at)} ${USER_TIMEOUT}`,
      `bind ${guardSocket(config.site, peer.site)}`,
      `default_backend guard_${peer.site}`,
    ),
    section(`backend guard_${peer.site}`, "timeout connect 3s", peerServer(peer, linkGuardName(peer.site))),
  ]);

const metrics = section(
  "frontend metrics",
  "mode http",
  `bind :${ports.linkMetrics}`,
  "timeout client 10s",
  "monitor-uri /healthz",
  "http-request use-service prometheus-exporter if { path /metrics }",
  "http-request use-service lua.link_metrics if { path /metrics/link }",
  "http-request return status 404",
);

/** The process that carries the guards' talk and the replication stream, for HAProxy 2.6 and later. */
export const renderLink = (config: HaproxyConfig): string =>
  [
    ...header(config, {
      process: "link",
      maxConnections: config.maxConnections,
      scripts: [],
      logConnections: config.logConnections,
    }),
    ...front(config),
    ...sites(config),
    ...peers(config),
    metrics,
  ].join("\n\n") + "\n";
