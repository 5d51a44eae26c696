import { readFileSync, readdirSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { AclUser } from "../server/acl/user";
import { siteName, type Engine, type SiteName } from "../server/types";

export interface PeerConfig {
  readonly site: SiteName;
  /** The site's own gateway, which carries on to the peer's. */
  readonly host: string;
  readonly serverPort: number;
  readonly guardPort: number;
}

/** `site.json`, as the program writes it; see docs/architecture.md. */
export interface SiteConfig {
  readonly site: SiteName;
  readonly namespace: string;
  readonly engine: Engine;
  readonly snapshotCron: string | null;
  readonly dbfilename: string;
  readonly peers: readonly PeerConfig[];
  readonly users: readonly AclUser[];
  readonly defaultUser: "locked" | "password";
  readonly onPeerUnreachable: "hold" | "serve";
  /**
   * null or absent: this site keeps no snapshots. `restoreWhenEmpty`: a server that starts empty, its peers away, loads
   * the newest.
   */
  readonly snapshots?: { readonly restoreWhenEmpty: boolean } | null;
}

export type Passwords = Readonly<Record<string, string>>;

/** What the guard is told, read from its mounts; both change under a running guard. */
export interface GuardConfig {
  readonly site: SiteConfig;
  readonly passwords: Passwords;
  /** Changes with any user, rule or password. */
  readonly usersHash: string;
}

/** @throws Error naming the file or key that is missing or wrong. Passwords never appear in it. */
export function readGuardConfig(siteFile: string, passwordsDir: string): GuardConfig {
  const raw: unknown = JSON.parse(readFileSync(siteFile, "utf8"));
  const site = checkSite(raw, siteFile);
  const passwords: Record<string, string> = {};
  // The mount holds "..data" and the like beside the keys.
  for (const name of readdirSync(passwordsDir)) {
    if (!name.startsWith(".")) passwords[name] = readFileSync(join(passwordsDir, name), "utf8");
  }
  const missing = ["guard", "replication", "default", ...site.users.map((u) => u.name)].filter(
    (name) => passwords[name] === undefined,
  );
  if (missing.length > 0) throw new Error(`${passwordsDir}: no password for ${[...new Set(missing)].join(", ")}`);
  const usersHash = createHash("sha256")
    .update(JSON.stringify([site.users, site.defaultUser, passwords]))
    .digest("hex")
    .slice(0, 16);
  return { site, passwords, usersHash };
}

function checkSite(raw: unknown, file: string): SiteConfig {
  const problems: string[] = [];
  const value = (raw ?? {}) as Partial<SiteConfig>;
  const need = (ok: boolean, key: string): void => {
    if (!ok) problems.push(key);
  };
  need(typeof value.site === "string", "site");
  need(typeof value.namespace === "string", "namespace");
  need(value.engine === "dragonfly" || value.engine === "redis", "engine");
  need(Array.isArray(value.peers), "peers");
  need(Array.isArray(value.users), "users");
  need(value.onPeerUnreachable === "hold" || value.onPeerUnreachable === "serve", "onPeerUnreachable");
  if (problems.length > 0) throw new Error(`${file}: missing or wrong: ${problems.join(", ")}`);
  const config = value as SiteConfig;
  siteName(config.site);
  return config;
}
