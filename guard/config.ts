import { readFileSync, readdirSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { parseSiteFile, type SiteFile } from "../contract/siteFile";

export type Passwords = Readonly<Record<string, string>>;

/** What the guard is told, read from its mounts; both change under a running guard. */
export interface GuardConfig {
  readonly site: SiteFile;
  readonly passwords: Passwords;
  /** Changes with any user, rule or password. */
  readonly usersHash: string;
}

/** @throws Error naming the file or key that is missing or wrong. Passwords never appear in it. */
export function readGuardConfig(siteFile: string, passwordsDir: string): GuardConfig {
  const site = parseSiteFile(readFileSync(siteFile, "utf8"), siteFile);
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
