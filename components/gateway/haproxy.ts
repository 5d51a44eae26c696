import { isIP } from "node:net";
import { ports } from "../../server/ports";
import { linkGuardName, linkName, linkServerName, names } from "../names";
import { adminSocket, LINK_DIRECTORY, RENEWAL_FILE } from "./renewal";

export interface GatewayPeer {
  readonly site: string;
  readonly address: string;
  readonly port: number;
}

/** What the gateway's configuration depends on. */
export interface HaproxyConfig {
  readonly site: string;
  readonly namespace: string;
  readonly clusterDomain: string;
  readonly threads: number;
  readonly maxConnections: number;
  /** In order: the first has the first port of each kind. */
  readonly peers: readonly GatewayPeer[];
}

/** Where the gateway's own files are mounted. */
export const CONFIGURATION_DIRECTORY = "/etc/dragonfly-dr/gateway";

export const sourcePort = (peer: number): number => ports.source + peer;
export const peerGuardPort = (peer: number): number => ports.peerGuard + peer;

const section = (title: string, ...lines: readonly string[]): string =>
  [title, ...lines.map((line) => `  ${line}`)].join("\n");

const USER_TIMEOUT = "tcp-ut 3s";
const CHECKED = "check inter 250ms fastinter 250ms downinter 250ms fall 2 rise 1";
/**
 * Who reads a copy waits a second longer for a change than who writes: the server itself refuses what it must not
 * answer. For a
 * peer "inter" is also the time that TCP and TLS may take, two round trips of the link; it comes up as fast as the
 * local one,
 * and when the primary moves here it is left at once, whatever its checks say.
 */
const CHECKED_SELDOM = "check inter 1s fastinter 250ms downinter 250ms fall 2 rise 1";

/** The link's certificates, replaced in the running process: see renewal.ts. */
const renewal = (site: string): readonly string[] => [
  `stats socket ${adminSocket(site)} level admin`,
  `lua-load ${CONFIGURATION_DIRECTORY}/${RENEWAL_FILE}`,
];

const header = ({ site, threads, maxConnections, peers }: HaproxyConfig): readonly string[] => [
  section(
    "global",
    // State changes of servers go to the log, single connections do not.
    "log stdout format raw daemon notice",
    `nbthread ${threads}`,
    // Without it HAProxy reserves memory for as many as the container's limit of open files allows.
    `maxconn ${maxConnections}`,
    // After a reload the worker from before keeps its connections; a pod that ends has its own grace period.
    "hard-stop-after 24h",
    "ssl-load-extra-del-ext",
    "ssl-default-bind-options ssl-min-ver TLSv1.2",
    "ssl-default-server-options ssl-min-ver TLSv1.2",
    ...(peers.length === 0 ? [] : renewal(site)),
  ),
  section(
    "defaults",
    "log global",
    "mode tcp",
    "option clitcpka",
    "option srvtcpka",
    "option dontlognull",
    // A session that waits in silence has nothing under way that the TCP user time-out could miss.
    ...["clitcpka", "srvtcpka"].flatMap((side) => [`${side}-idle 10s`, `${side}-intvl 3s`, `${side}-cnt 3`]),
    "timeout connect 300ms",
    "timeout check 1s",
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
    // An answer that stays away takes no server out: its last address goes on counting.
    ...["nx", "timeout", "refused", "other", "obsolete"].map((state) => `hold ${state} 24h`),
  ),
];

const resolved = (host: string): string => (isIP(host) === 0 ? " resolvers cluster init-addr last,libc,none" : "");
const endpoint = (host: string, port: number): string => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

const localHost = ({ namespace, clusterDomain }: HaproxyConfig): string =>
  `${names.serverService}.${namespace}.svc.${clusterDomain}`;

function localServer(config: HaproxyConfig, port: number, ...options: readonly string[]): string {
  const host = localHost(config);
  return ["server local", endpoint(host, port), USER_TIMEOUT, ...options].join(" ") + resolved(host);
}

/** To a peer: both ends show a certificate, and the peer's must carry the name that was asked for. */
function peerServer(peer: GatewayPeer, name: string, ...options: readonly string[]): string {
  const tls = `ssl crt ${LINK_DIRECTORY}/tls.crt ca-file ${LINK_DIRECTORY}/peer-ca.crt verify required verifyhost ${name} sni str(${name})`;
  return (
    [`server ${peer.site}`, endpoint(peer.address, peer.port), USER_TIMEOUT, tls, ...options].join(" ") +
    resolved(peer.address)
  );
}

const guardCheck = (path: string): readonly string[] => [
  "option httpchk",
  `http-check send meth GET uri ${path} ver HTTP/1.1 hdr Host guard`,
  "http-check expect status 200",
];

/** Clients: writes go to the current primary, here or over the link; reads of the local copy stay here. */
const clients = (config: HaproxyConfig): readonly string[] => [
  section("frontend clients", `bind :${ports.client} ${USER_TIMEOUT}`, "default_backend primary"),
  section(
    "backend primary",
    // A new connection to a peer takes two round trips of the link.
    "timeout connect 1s",
    // A connection begun towards a peer that is gone goes to the server that has become primary meanwhile.
    "retries 3",
    "option redispatch 1",
    ...guardCheck("/primary"),
    localServer(
      config,
      ports.client,
      CHECKED,
      `port ${ports.guard}`,
      "on-marked-down shutdown-sessions",
      "on-marked-up shutdown-backup-sessions",
    ),
    ...config.peers.map((peer) =>
      peerServer(
        peer,
        linkServerName(peer.site),
        "backup",
        CHECKED_SELDOM,
        "check-ssl",
        `check-sni ${linkGuardName(peer.site)}`,
        "on-marked-down shutdown-sessions",
      ),
    ),
  ),
  section("frontend read_only", `bind :${ports.readOnly} ${USER_TIMEOUT}`, "default_backend read_only"),
  section(
    "backend read_only",
    ...guardCheck("/read-only"),
    localServer(config, ports.client, CHECKED_SELDOM, `port ${ports.guard}`, "on-marked-down shutdown-sessions"),
  ),
];

/**
 * Peers come in here and reach this site's server and guard, nothing else: no way leads back out, so no loop can form.
 */
const link = (config: HaproxyConfig): readonly string[] => [
  section(
    "frontend link",
    `bind :${ports.link} ssl crt ${LINK_DIRECTORY}/tls.crt ca-file ${LINK_DIRECTORY}/peer-ca.crt verify required ${USER_TIMEOUT}`,
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
    "timeout server 5s",
    "http-request deny deny_status 404 unless { path /primary /replica /read-only /status }",
    // What this gateway has asked itself a moment ago: the guard need not be asked again by every gateway of every
    // peer.
    "http-request return status 200 if { path /primary } { srv_is_up(primary/local) }",
    "http-request return status 503 if { path /primary }",
    localServer(config, ports.guard),
  ),
];

/** For the site's own server and guard: plain here, over the link to one peer each. */
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
      `default_backend guard_${peer.site}`,
    ),
    section(`backend guard_${peer.site}`, "timeout connect 3s", peerServer(peer, linkGuardName(peer.site))),
  ]);

const metrics = (config: HaproxyConfig): string =>
  section(
    "frontend metrics",
    "mode http",
    `bind :${ports.gatewayMetrics}`,
    "timeout client 10s",
    "monitor-uri /healthz",
    "http-request use-service prometheus-exporter if { path /metrics }",
    ...(config.peers.length === 0 ? [] : ["http-request use-service lua.link_metrics if { path /metrics/link }"]),
    "http-request return status 404",
  );

/** The gateway's whole configuration, for HAProxy 2.6 and later. */
export const renderHaproxy = (config: HaproxyConfig): string =>
  [
    ...header(config),
    ...clients(config),
    ...(config.peers.length === 0 ? [] : link(config)),
    ...peers(config),
    metrics(config),
  ].join("\n\n") + "\n";
