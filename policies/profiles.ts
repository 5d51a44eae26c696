import type { Rule } from "./rule";

/** `generic`: what makes sense for any cache. `site`: what a site of this program promises besides. */
export const PROFILES = ["generic", "site"] as const;
export type Profile = (typeof PROFILES)[number];

/** Rules about what only a site of this program has: its guard, its gateway, its peers, its declaration. */
const SITE_ONLY: ReadonlySet<string> = new Set([
  "acl-born-closed",
  "acl-confined-users",
  "acl-reserved-prefix",
  "network-declared-clients",
  "network-source-ports",
  "network-link-port",
  "network-link-tls",
  "network-needed-paths",
  "network-resolver",
  "server-on-delete",
  "server-snapshot-prefix",
]);

/** Remedies without this program's keys and commands. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ["acl-dangerous-commands", "Write -@dangerous after the categories that are granted, then the commands it needs."],
  ["acl-key-patterns", "Give the user patterns with a prefix, such as ~shop:*."],
  ["network-metrics-port", "Open the metrics ports to the namespace of monitoring alone."],
  ["network-egress", "Name destination and port in every egress rule: the DNS pods on 53, others by their CIDRs."],
  [
    "network-internal-ports",
    "Name the ports in every rule that opens the cache's pods; behind a proxy, open them to the proxy's pods alone.",
  ],
  ["server-cron", 'Write five fields such as "0 */6 * * *".'],
  ["server-image-digest", "Write the digest after the tag (docker buildx imagetools inspect IMAGE prints it)."],
  ["server-memory", "Set maxmemory to at most 75 % of the container's memory limit."],
  ["server-snapshots", "Set a schedule: snapshot_cron for Dragonfly, save for Redis."],
  ["acl-password-strength", "Generate passwords of 32 letters, digits, _ and -, one for each user."],
]);

/** The rules of a profile, with its words. */
export function rulesOf(profile: Profile, rules: readonly Rule[]): readonly Rule[] {
  if (profile === "site") return rules;
  return rules
    .filter(({ family, name }) => family !== "dr" && !SITE_ONLY.has(name))
    .map((rule) => ({ ...rule, remedy: REMEDIES.get(rule.name) ?? rule.remedy }));
}
