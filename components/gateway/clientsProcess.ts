import { ports } from "../../server/ports";
import { linkName, linkServerName } from "../names";
import { FILES, guardSocket, linkClientsSocket } from "./files";
import type { HaproxyConfig } from "./haproxyConfig";
import { clientsOf, header, linkBind, localServer, section, USER_TIMEOUT } from "./sections";

/** No health check of HAProxy's: sessions.lua says which server may be used, as the guards tell it. Until then none. */
const TOLD = "disabled on-marked-down shutdown-sessions";

/** A new session waits in the rule until there is a server for it; the delay only bounds what the script bounds. */
const waiting = (config: HaproxyConfig, action: string): readonly string[] => [
  `tcp-request inspect-delay ${config.holdSeconds + 1}s`,
  `tcp-request content lua.${action}`,
];

/** Writes go to the current primary, here or over the link; reads of the local copy stay here. */
const clients = (config: HaproxyConfig): readonly string[] => [
  section(
    "frontend clients",
    `bind :${ports.client} ${USER_TIMEOUT}`,
    ...waiting(config, "wait_for_primary"),
    "default_backend primary",
  ),
  section(
    "backend primary",
    // TCP and TLS to a peer take two round trips of the link, and more where many come at once.
    "timeout connect 3s",
    // A connection begun towards a server that is gone goes to the one that has become primary meanwhile.
    "retries 2",
    "option redispatch 1",
    localServer(config, ports.client, TOLD),
    ...config.peers.map((peer) => clientsOf(peer, TOLD)),
  ),
  section(
    "frontend read_only",
    `bind :${ports.readOnly} ${USER_TIMEOUT}`,
    ...waiting(config, "wait_for_copy"),
    "default_backend read_only",
  ),
  section("backend read_only", localServer(config, ports.client, TOLD)),
];

/** Clients of the peers come in here and reach this site's server, nothing else: no way leads back out. */
const linkClients = (config: HaproxyConfig): readonly string[] => [
  section(
    "frontend link_clients",
    linkBind(linkClientsSocket(config.site)),
    `acl peer ssl_c_s_dn(cn) -m str ${config.peers.map(({ site }) => linkName(site)).join(" ")}`,
    "tcp-request content reject unless peer",
    `tcp-request content reject unless { ssl_fc_sni ${linkServerName(config.site)} }`,
    "default_backend link_clients",
  ),
  section("backend link_clients", localServer(config, ports.client, TOLD)),
];

/** The script's way to its own guard: it knows no names, HAProxy resolves them. */
const localGuard = (config: HaproxyConfig): readonly string[] => [
  section("frontend local_guard", `bind ${guardSocket(config.site, "local")}`, "default_backend local_guard"),
  section("backend local_guard", localServer(config, ports.guard)),
];

const metrics = (config: HaproxyConfig): string =>
  section(
    "frontend metrics",
    "mode http",
    `bind :${ports.gatewayMetrics}`,
    "timeout client 10s",
    "monitor-uri /healthz",
    "http-request use-service prometheus-exporter if { path /metrics }",
    "http-request use-service lua.session_metrics if { path /metrics/sessions }",
    ...(config.peers.length === 0 ? [] : ["http-request use-service lua.link_metrics if { path /metrics/link }"]),
    "http-request return status 404",
  );

/** The process that carries the clients, for HAProxy 2.6 and later. */
export const renderClients = (config: HaproxyConfig): string =>
  [
    ...header(config, {
      process: "clients",
      maxConnections: config.maxConnections,
      scripts: [FILES.sessions],
      logConnections: config.logConnections,
    }),
    ...clients(config),
    ...(config.peers.length === 0 ? [] : linkClients(config)),
    ...localGuard(config),
    metrics(config),
  ].join("\n\n") + "\n";
