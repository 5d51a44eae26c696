// The provider's configuration: which cluster, and how the official provider's switches are honoured.
import { openSecrets, type Plain, type PropertyMap, UNKNOWN } from "../plugin/propertyValues";
import type { CheckFailure, PropertyChange } from "../plugin/resourceProvider";
import type { MutabilitySettings } from "./immutableFields";

export interface ClusterAddress {
  /** A path or the content itself; undefined means $KUBECONFIG or ~/.kube/config. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly cluster: string | undefined;
}

export interface Configuration {
  readonly address: ClusterAddress;
  /** For objects that name none; undefined means that of the context. */
  readonly namespace: string | undefined;
  readonly mutability: MutabilitySettings;
  /** Whether an object that is there already is taken over, or an error. */
  readonly existingObjects: "refuse" | "take over";
  /** Whether fields that others own are taken over, or an error. */
  readonly conflicts: "refuse" | "take over";
  /** What deletes and refreshes do with the objects of a cluster that does not answer. */
  readonly unreachable: "fail" | "forget objects";
}

const HONOURED = [
  "kubeconfig",
  "context",
  "cluster",
  "namespace",
  "clusterIdentifier",
  "enableServerSideApply",
  "enableConfigMapMutable",
  "enableSecretMutable",
  "upsertExistingObjects",
  "enablePatchForce",
  "deleteUnreachable",
];
/** Accepted and without effect: nothing here warns of what they silence. */
const IGNORED = [
  "suppressDeprecationWarnings",
  "suppressHelmHookWarnings",
  "suppressHelmReleaseBetaWarning",
  "version",
  "pluginDownloadURL",
];

export function checkConfiguration(config: PropertyMap): CheckFailure[] {
  const failures: CheckFailure[] = [];
  for (const property of Object.keys(config)) {
    if (property.startsWith("__") || HONOURED.includes(property) || IGNORED.includes(property)) continue;
    failures.push({
      property,
      reason:
        "the lab's kubernetes provider does not know it; remove it or use the official plugin (known: " +
        `${HONOURED.join(", ")})`,
    });
  }
  if (flag(config, "enableServerSideApply") === "off") {
    failures.push({
      property: "enableServerSideApply",
      reason: "the lab's kubernetes provider always uses server-side apply; remove it",
    });
  }
  return failures;
}

export function readConfiguration(config: PropertyMap): Configuration {
  return {
    address: readAddress(config),
    namespace: text(config, "namespace"),
    mutability: {
      configMaps: flag(config, "enableConfigMapMutable") === "on" ? "update" : "replace",
      secrets: flag(config, "enableSecretMutable") === "on" ? "update" : "replace",
    },
    existingObjects: flag(config, "upsertExistingObjects") === "on" ? "take over" : "refuse",
    conflicts: flag(config, "enablePatchForce") === "on" ? "take over" : "refuse",
    unreachable: flag(config, "deleteUnreachable") === "on" ? "forget objects" : "fail",
  };
}

export function readAddress(config: PropertyMap): ClusterAddress {
  return { kubeconfig: text(config, "kubeconfig"), context: text(config, "context"), cluster: text(config, "cluster") };
}

/** Tells one cluster from another; undefined when the kubeconfig cannot be read. */
export type ActiveCluster = (address: ClusterAddress) => Promise<string | undefined>;

/** The keys that decide which cluster is meant. */
const ADDRESS_KEYS = ["kubeconfig", "context", "cluster"];

/**
 * The changes of a provider's configuration. As with the official provider, another cluster replaces every object: a
 * changed `clusterIdentifier`, or without one another active cluster in the kubeconfig.
 */
export async function diffConfiguration(
  before: PropertyMap,
  after: PropertyMap,
  activeCluster: ActiveCluster,
): Promise<PropertyChange[]> {
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => JSON.stringify(comparable(before, key)) !== JSON.stringify(comparable(after, key)),
  );
  const replacing = changed.length === 0 ? [] : await replacingKeys(before, after, changed, activeCluster);
  return changed.map((path) => ({ path, kind: "update", effect: replacing.includes(path) ? "replace" : "update" }));
}

async function replacingKeys(
  before: PropertyMap,
  after: PropertyMap,
  changed: readonly string[],
  activeCluster: ActiveCluster,
): Promise<readonly string[]> {
  const [oldIdentifier, newIdentifier] = [text(before, "clusterIdentifier"), text(after, "clusterIdentifier")];
  if (oldIdentifier !== undefined && newIdentifier !== undefined)
    return oldIdentifier === newIdentifier ? [] : ["clusterIdentifier"];
  const address = changed.filter((key) => ADDRESS_KEYS.includes(key));
  if (address.some((key) => after[key] === UNKNOWN)) return address;
  const [oldCluster, newCluster] = [await activeCluster(readAddress(before)), await activeCluster(readAddress(after))];
  return oldCluster !== undefined && newCluster !== undefined && oldCluster !== newCluster ? address : [];
}

function comparable(config: PropertyMap, key: string): Plain | string {
  const value = openSecrets(config[key] ?? null);
  return value === UNKNOWN ? "(unknown)" : value;
}

function text(config: PropertyMap, key: string): string | undefined {
  const value = openSecrets(config[key] ?? null);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The SDK sends a boolean as text. */
function flag(config: PropertyMap, key: string): "on" | "off" | "unset" {
  const value = openSecrets(config[key] ?? null);
  if (value === true || value === "true") return "on";
  return value === false || value === "false" ? "off" : "unset";
}
