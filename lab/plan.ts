import { join } from "node:path";
import { LabError } from "./labError";
import { stateDirectory } from "./paths";

/** Labs that can run side by side, and the second byte of the network of each: 10.<byte>.0.0/16. */
const NETWORKS: Readonly<Record<string, number>> = {
  demo: 210,
  test: 211,
  bench: 212,
  scratch: 213,
  lab1: 214,
  lab2: 215,
  lab3: 216,
  lab4: 217,
  store: 218,
  snap: 219,
  dns: 220,
  gcpu: 221,
  df: 222,
  dfdemo: 223,
  pol: 224,
};

/** A site's number decides its addresses and ports, so new sites go to the end. */
export const SITES = ["primary", "dr"] as const;
export type LabSite = (typeof SITES)[number];

/** Where a site's gateway and clients are reached on its node (NodePorts of the stack files in lab/). */
export const NODE_PORTS = { link: 30380, dragonfly: 30379, dragonflyRo: 30378 } as const;

/** The sub-network of a node's pods, and everything else about one cluster that can be known before it runs. */
export interface SitePlan {
  readonly site: LabSite;
  readonly directory: string;
  /** For `ip netns`. */
  readonly netns: string;
  /** The host's end of the node's cable. */
  readonly hostInterface: string;
  /** Of the node; the API server listens there on 6443. */
  readonly address: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly apiServiceAddress: string;
  readonly dnsAddress: string;
  /** Of the pods, below the root of every hierarchy. */
  readonly podsCgroup: string;
  /** Of the node's own programs. */
  readonly systemCgroup: string;
  readonly kubeconfig: string;
  /** On the bridge; leads to this site's link over the emulated WAN. */
  readonly linkPort: number;
}

/** A lab, before it runs. Pure: two labs of different names share nothing in here. */
export interface LabPlan {
  readonly name: string;
  readonly directory: string;
  readonly bridge: string;
  readonly network: string;
  /** The bridge's address on the host, with the length of its prefix. */
  readonly bridgeCidr: string;
  readonly bridgeAddress: string;
  readonly cgroup: string;
  /** Of the host's table of packet rules, family inet. */
  readonly nftTable: string;
  readonly toxiproxyPort: number;
  /** On the bridge: the S3 server of both sites' snapshots. */
  readonly s3Port: number;
  /** On the bridge, UDP and TCP: the DNS server that both sites' resolvers ask. */
  readonly dnsPort: number;
  readonly sites: readonly SitePlan[];
}

/** @throws LabError (2) for a name that has no network. */
export function planLab(name: string, stateRoot: string = stateDirectory()): LabPlan {
  const byte = Object.hasOwn(NETWORKS, name) ? NETWORKS[name] : undefined;
  if (byte === undefined) {
    throw new LabError(
      `LAB_NAME: no lab can be called "${name}"; choose one of ${Object.keys(NETWORKS).join(", ")}`,
      2,
    );
  }
  const directory = join(stateRoot, name);
  const prefix = `10.${byte}`;
  return {
    name,
    directory,
    bridge: `lab-${name}`,
    network: `${prefix}.0.0/16`,
    bridgeAddress: `${prefix}.0.1`,
    bridgeCidr: `${prefix}.0.1/24`,
    cgroup: `lab-${name}`,
    nftTable: `lab_${name}`,
    toxiproxyPort: 8474,
    s3Port: 7070,
    dnsPort: 5300,
    sites: SITES.map((site, index) => planSite({ name, directory, prefix, site, number: index + 1 })),
  };
}

interface SiteNumbers {
  readonly name: string;
  readonly directory: string;
  readonly prefix: string;
  readonly site: LabSite;
  readonly number: number;
}

function planSite({ name, directory, prefix, site, number }: SiteNumbers): SitePlan {
  const own = join(directory, site);
  const services = `${prefix}.${128 + 16 * number}`;
  return {
    site,
    directory: own,
    netns: `lab-${name}-${site}`,
    hostInterface: `lab-${name}-${number}`,
    address: `${prefix}.0.${10 + number}`,
    podCidr: `${prefix}.${16 * number}.0/20`,
    serviceCidr: `${services}.0/20`,
    apiServiceAddress: `${services}.1`,
    dnsAddress: `${services}.10`,
    podsCgroup: `lab-${name}/${site}`,
    systemCgroup: `lab-${name}/${site}-system`,
    kubeconfig: join(own, "kubeconfig"),
    linkPort: 10_000 * number + 6380,
  };
}

/** @throws LabError (2) for a site that the lab has not. */
export function siteOf(plan: LabPlan, site: string): SitePlan {
  const found = plan.sites.find((each) => each.site === site);
  if (!found)
    throw new LabError(
      `site: the lab has no "${site}"; it has ${plan.sites.map((each) => each.site).join(" and ")}`,
      2,
    );
  return found;
}
