import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** A program to run, with where its libraries lie when it was unpacked and not installed. */
export interface Program {
  readonly binary: string;
  /**
   * The name it is called by: Debian's redis-server is a link into another package, to a program that looks at its
   * name.
   */
  readonly argv0: string;
  readonly env: NodeJS.ProcessEnv;
}

const FILES = {
  haproxy: "usr/sbin/haproxy",
  "redis-server": "usr/bin/redis-check-rdb",
  busybox: "bin/busybox",
} as const;
type Name = keyof typeof FILES;

const MULTIARCH = `${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`;

const foldersIn = (directory: string): readonly string[] =>
  existsSync(directory) ? readdirSync(directory).map((name) => join(directory, name)) : [];

/** Debian's packages unpacked below `roots`: the program from one, its libraries from any. */
function unpacked(name: Name, roots: readonly string[]): readonly Program[] {
  const libraries = roots
    .flatMap((root) => [join(root, "usr/lib", MULTIARCH), join(root, "lib", MULTIARCH)])
    .filter(existsSync);
  return roots
    .map((root) => join(root, FILES[name]))
    .filter(existsSync)
    .map((binary) => ({ binary, argv0: name, env: { ...process.env, LD_LIBRARY_PATH: libraries.join(":") } }));
}

const runs = ({ binary, argv0, env }: Program): boolean =>
  spawnSync(binary, [argv0 === "busybox" ? "true" : "-v"], { argv0, env, stdio: "ignore" }).status === 0;

/**
 * DEBIAN_ROOT (a folder that Debian's packages were unpacked to), the lab's cache, or PATH; null when it is nowhere.
 */
export function findProgram(name: Name): Program | null {
  const { DEBIAN_ROOT: root, DRAGONFLY_DR_CACHE: ownCache, XDG_CACHE_HOME: caches } = process.env;
  const cache = ownCache ?? join(caches ?? join(homedir(), ".cache"), "dragonfly-dr");
  const candidates = [
    ...unpacked(name, root === undefined ? [] : [root]),
    ...unpacked(name, foldersIn(join(cache, "debian"))),
    { binary: name, argv0: name, env: process.env },
  ];
  return candidates.find(runs) ?? null;
}
