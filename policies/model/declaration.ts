import { parseAddress } from "../../resolver/upstream/address";
import { ports } from "../../server/ports";
import type { Resource } from "./resource";
import { isMap, list, map, peek, strings, text, at, type Value } from "./value";

/** The DNS resolver of a site. */
export interface DeclaredResolver {
  readonly namespace: string;
  readonly clients: readonly string[];
  readonly clientCidrs: readonly string[];
  /** Of the servers that it asks, over UDP and TCP. */
  readonly upstreams: readonly { readonly cidr: string; readonly port: number }[];
  /** The gateway's ports that it uses; none for one without a shared cache. */
  readonly cachePorts: readonly number[];
  /** Whether it has a port for monitoring. */
  readonly metrics: "served" | "none";
}

/** What a site is meant to be, in so far as the stack says it itself: the settings of its component. */
export interface Declaration {
  readonly site: string | undefined;
  readonly environment: string | undefined;
  readonly clients: readonly string[];
  /** Clients outside the cluster. */
  readonly clientCidrs: readonly string[];
  /** Namespace of monitoring; "" for none. */
  readonly monitoring: string;
  /** Addresses that peers have and come from. */
  readonly peerCidrs: readonly string[];
  readonly linkSources: readonly string[];
  readonly peerPorts: readonly number[];
  readonly apiServer: { readonly cidr: string; readonly port: number } | undefined;
  /** Where snapshots go; undefined while they stay on the server's own volume. */
  readonly storage:
    { readonly namespace: string; readonly cidrs: readonly string[]; readonly port: number } | undefined;
  readonly dns: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> } | undefined;
  /** Undefined while it is off. */
  readonly resolver: DeclaredResolver | undefined;
}

export const SITE_TYPE = "dragonfly-dr:index:Site";

/**
 * The declaration that stands for a namespace; undefined where no component of this program made it, or it says
 * nothing.
 */
export function declarationFor(resources: readonly Resource[], namespace: string | undefined): Declaration | undefined {
  for (const resource of resources) {
    if (resource.type !== SITE_TYPE) continue;
    const settings = peek(resource.props, "settings");
    if (!isMap(settings) || (namespace !== undefined && peek(settings, "namespace") !== namespace)) continue;
    return read(settings);
  }
  return undefined;
}

function read(settings: Value): Declaration {
  const network = map(settings, "network");
  const gateway = map(settings, "gateway");
  const apiServer = map(network, "apiServer");
  const dns = map(network, "dns");
  const cidr = text(apiServer, "cidr");
  const dnsNamespace = text(dns, "namespace");
  const peers = list(settings, "peers");
  return {
    site: text(settings, "site"),
    environment: text(settings, "environment"),
    clients: texts(network, "clients"),
    clientCidrs: texts(map(gateway, "clients"), "allowedSources"),
    monitoring: text(network, "monitoring") ?? "",
    peerCidrs: [...texts(network, "peerCidrs"), ...peers.flatMap((peer) => addressBlock(text(peer, "address")))],
    linkSources: texts(map(gateway, "link"), "allowedSources"),
    peerPorts: peers.map((peer) => at(peer, "port")).filter((port) => typeof port === "number"),
    apiServer: cidr === undefined ? undefined : { cidr, port: number(apiServer, "port") ?? 443 },
    storage: storageOf(map(settings, "snapshots")),
    resolver: resolverOf(map(settings, "resolver")),
    dns: dnsNamespace === undefined ? undefined : { namespace: dnsNamespace, labels: strings(map(dns, "labels")) },
  };
}

const CACHE_PORTS: Readonly<Record<string, readonly number[]>> = {
  builtin: [ports.client, ports.readOnly],
  routedns: [ports.client],
};

function resolverOf(resolver: Value): DeclaredResolver | undefined {
  const namespace = text(resolver, "namespace");
  if (peek(resolver, "enabled") !== true || namespace === undefined) return undefined;
  const implementation = text(resolver, "implementation") ?? "builtin";
  return {
    namespace,
    clients: texts(resolver, "clients"),
    clientCidrs: texts(resolver, "clientCidrs"),
    upstreams: texts(resolver, "upstreams")
      .flatMap((each) => parseAddress(each) ?? [])
      .map(({ host, port, family }) => ({ cidr: `${host}/${family === 4 ? 32 : 128}`, port })),
    cachePorts: CACHE_PORTS[implementation] ?? [],
    metrics: implementation === "routedns" ? "none" : "served",
  };
}

function storageOf(snapshots: Value): Declaration["storage"] {
  const own = peek(snapshots, "s3");
  if (isMap(own)) {
    const endpoint = text(own, "endpoint") ?? "";
    if (!URL.canParse(endpoint)) return undefined;
    const { port, protocol } = new URL(endpoint);
    return {
      namespace: text(own, "namespace") ?? "",
      cidrs: texts(own, "cidrs"),
      port: port !== "" ? Number(port) : protocol === "https:" ? 443 : 80,
    };
  }
  const aws = peek(snapshots, "aws");
  return isMap(aws) ? { namespace: "", cidrs: texts(aws, "cidrs"), port: 443 } : undefined;
}

const texts = (of: Value, key: string): string[] => list(of, key).filter((each) => typeof each === "string");

function number(of: Value, key: string): number | undefined {
  const found = peek(of, key);
  return typeof found === "number" ? found : undefined;
}

/** An address is a block of one; a host name is none. */
function addressBlock(address: string | undefined): string[] {
  if (address === undefined) return [];
  if (/^[0-9.]+$/.test(address)) return [`${address}/32`];
  return address.includes(":") ? [`${address}/128`] : [];
}
