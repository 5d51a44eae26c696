import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import type { Engine } from "../../server/types";
import { IMAGES } from "../images/references";
import { PROJECT_ROOT } from "../paths";
import type { LabPlan, SitePlan } from "../plan";
import { SNAPSHOT_BUCKET } from "../storage/s3Server";

/**
 * What a lab's stack needs to know that depends on the lab: its addresses, its kubeconfig, and the server where it is a
 * given Dragonfly.
 */
export function stackSettings(plan: LabPlan, site: SitePlan, engine: Engine): Readonly<Record<string, unknown>> {
  const peers = plan.sites.filter((other) => other !== site);
  return {
    kubeconfig: site.kubeconfig,
    peers: peers.map((peer) => ({ site: peer.site, address: plan.bridgeAddress, port: peer.linkPort })),
    "network.apiServer": { cidr: `${site.address}/32`, port: 6443 },
    // The lab's link comes from the bridge, its clients too: NodePorts hide neither.
    "network.peerCidrs": [`${plan.bridgeAddress}/32`],
    "resolver.upstreams": [`${plan.bridgeAddress}:${plan.dnsPort}`],
    // Without its credentials: `pulumi config set --secret` puts them in.
    "snapshots.s3": { endpoint: `http://${plan.bridgeAddress}:${plan.s3Port}`, bucket: SNAPSHOT_BUCKET },
    ...(engine === "dragonfly" ? { server: DRAGONFLY_SERVER } : {}),
  };
}

/** Where the two secrets of a stack's configuration stand in its file. */
const SECRETS = {
  accessKey: ["config", "dragonfly-dr:snapshots", "s3", "accessKey"],
  secretKey: ["config", "dragonfly-dr:snapshots", "s3", "secretKey"],
} as const;
export type StackSecret = keyof typeof SECRETS;
export const configPath = (secret: StackSecret): string => SECRETS[secret].slice(1).join(".");

/** `wanted` with what Pulumi itself has written into an earlier file: the salt of its secrets, and those. */
export function withKept(
  wanted: string,
  earlier: string,
): { readonly file: string; readonly missing: readonly StackSecret[] } {
  const [file, before] = [parseDocument(wanted), parseDocument(earlier)];
  if (before.has("encryptionsalt")) file.set("encryptionsalt", before.get("encryptionsalt"));
  const missing = (Object.keys(SECRETS) as StackSecret[]).filter((secret) => {
    const kept: unknown = before.getIn(SECRETS[secret]);
    if (kept !== undefined) file.setIn(SECRETS[secret], kept);
    return kept === undefined;
  });
  return { file: file.toString(), missing };
}

const DRAGONFLY_SERVER = {
  engine: "dragonfly",
  image: IMAGES.dragonfly,
  threads: 1,
  maxmemory: "300mb",
  cpuRequest: "100m",
  memoryRequest: "256Mi",
  memoryLimit: "512Mi",
  storage: { size: "1Gi" },
} as const;

/** lab/Pulumi.<stack>.yaml with this lab's addresses: comments and order stay. */
export function renderStackFile(plan: LabPlan, site: SitePlan, engine: Engine): string {
  const file = parseDocument(readFileSync(join(PROJECT_ROOT, "lab", `Pulumi.${site.site}.yaml`), "utf8"));
  for (const [key, value] of Object.entries(stackSettings(plan, site, engine))) {
    const [first = "", ...rest] = key.split(".");
    file.setIn(["config", `dragonfly-dr:${first}`, ...rest], file.createNode(value));
  }
  return file.toString();
}
