import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** A HAProxy to run, with where its libraries lie when it was unpacked and not installed. */
export interface Haproxy {
  readonly binary: string;
  readonly env: NodeJS.ProcessEnv;
}

const multiarch = `${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`;

/** Debian's packages unpacked below `roots`: the program from one, its libraries from any. */
function unpacked(roots: readonly string[]): readonly Haproxy[] {
  const libraries = roots.flatMap((root) => [join(root, "usr/lib", multiarch), join(root, "lib", multiarch)]).filter(existsSync);
  return roots
    .map((root) => join(root, "usr/sbin/haproxy"))
    .filter(existsSync)
    .map((binary) => ({ binary, env: { ...process.env, LD_LIBRARY_PATH: libraries.join(":") } }));
}

const foldersIn = (directory: string): readonly string[] => (existsSync(directory) ? readdirSync(directory).map((name) => join(directory, name)) : []);

/** HAPROXY_ROOT (a folder that Debian's packages were unpacked to), the lab's cache, or PATH; null when there is none. */
export function findHaproxy(): Haproxy | null {
  const { HAPROXY_ROOT: root, DRAGONFLY_DR_CACHE: ownCache, XDG_CACHE_HOME: caches } = process.env;
  const cache = ownCache ?? join(caches ?? join(homedir(), ".cache"), "dragonfly-dr");
  const candidates = [...unpacked(root === undefined ? [] : [root]), ...unpacked(foldersIn(join(cache, "debian"))), { binary: "haproxy", env: process.env }];
  return candidates.find(runs) ?? null;
}

function runs({ binary, env }: Haproxy): boolean {
  try {
    execFileSync(binary, ["-v"], { env, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** What `haproxy -c` says. */
export function checkConfiguration({ binary, env }: Haproxy, file: string): { readonly valid: boolean; readonly output: string } {
  try {
    return { valid: true, output: execFileSync(binary, ["-c", "-f", file], { env, stdio: "pipe", encoding: "utf8" }) };
  } catch (error) {
    return { valid: false, output: String((error as { stderr?: unknown }).stderr ?? error) };
  }
}

export const startHaproxy = ({ binary, env }: Haproxy, file: string): ChildProcess => spawn(binary, ["-db", "-f", file], { env, stdio: "ignore" });
