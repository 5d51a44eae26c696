import { isSiteName, type Engine, type SiteName } from "../../server/types";

/** What a command has to know of a site to reach it; the stack output `site`. */
export interface SiteEntry {
  readonly site: SiteName;
  readonly namespace: string;
  /** Absolute path; null: the machine's default kubeconfig. */
  readonly kubeconfig: string | null;
  /** Null: the kubeconfig's current context. */
  readonly context: string | null;
  readonly engine: Engine;
  readonly peers: readonly SiteName[];
}

const KEYS = ["site", "namespace", "kubeconfig", "context", "engine", "peers"] as const;
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

export type Parsed<T> =
  | { readonly value: T; readonly problems: readonly [] }
  | { readonly value: null; readonly problems: readonly string[] };

/**
 * Reads one entry, all problems at once.
 * @param where - how messages call it, as `sites[1]`.
 */
export function parseEntry(value: unknown, where: string): Parsed<SiteEntry> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return { value: null, problems: [`${where}: not an object`] };
  const entry = value as Readonly<Record<string, unknown>>;
  const problems: string[] = [];
  for (const key of Object.keys(entry))
    if (!KEYS.some((k) => k === key)) problems.push(`${where}.${key}: unknown key; known are ${KEYS.join(", ")}`);

  const { site, namespace, engine } = entry;
  const peers = entry["peers"];
  const pathOrName = (key: "kubeconfig" | "context"): string | null => {
    const given = entry[key];
    if (given === null || given === undefined) return null;
    if (typeof given === "string" && given !== "") return given;
    problems.push(`${where}.${key}: neither null nor a text that is not empty`);
    return null;
  };
  const name = typeof site === "string" && isSiteName(site) ? site : null;
  if (name === null) problems.push(`${where}.site: not a site's name (a DNS label of at most 32 characters)`);
  const space = typeof namespace === "string" && LABEL.test(namespace) ? namespace : null;
  if (space === null) problems.push(`${where}.namespace: not a namespace's name`);
  const kind = engine === "dragonfly" || engine === "redis" ? engine : null;
  if (kind === null) problems.push(`${where}.engine: neither "dragonfly" nor "redis"`);
  const names = Array.isArray(peers)
    ? peers.filter((p): p is SiteName => typeof p === "string" && isSiteName(p))
    : null;
  if (names === null || !Array.isArray(peers) || names.length !== peers.length)
    problems.push(`${where}.peers: not a list of sites' names`);
  const [kubeconfig, context] = [pathOrName("kubeconfig"), pathOrName("context")];

  if (problems.length > 0 || name === null || space === null || kind === null || names === null)
    return { value: null, problems };
  return { value: { site: name, namespace: space, kubeconfig, context, engine: kind, peers: names }, problems: [] };
}
