import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statfsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { cacheDirectory } from "../paths";
import { Toolchain, type ToolchainKind } from "../toolchain/toolchain";
import type { MachineFacts } from "./judge";

/** Looks at the machine; changes nothing. */
export function machineFacts(kind: ToolchainKind): MachineFacts {
  const cacheFolder = cacheDirectory();
  return {
    platform: process.platform,
    architecture: process.arch,
    isRoot: process.getuid?.() === 0,
    system: systemName(),
    versions: {
      node: process.versions.node,
      go: versionOf("go", ["version"], /go(\d+\.\d+)/),
      python3: versionOf("python3", ["--version"], /(\d+\.\d+)/),
    },
    missingPrograms: ["openssl", "apt-get", "dpkg-deb", "nsenter", "unshare", "mount"].filter(
      (name) => !isOnPath(name),
    ),
    missingKernelFeatures: kernelLacks(),
    freeBytes: freeAt(cacheFolder),
    cacheFolder,
    mustFetch: Toolchain.missing(kind).length > 0,
  };
}

function systemName(): string {
  if (!existsSync("/etc/os-release")) return "";
  const fields = new Map(
    readFileSync("/etc/os-release", "utf8")
      .split("\n")
      .map((line) => {
        const [key = "", value = ""] = line.split("=", 2);
        return [key, value.replace(/"/g, "")] as const;
      }),
  );
  return `${fields.get("ID") ?? ""} ${fields.get("VERSION_ID") ?? ""}`.trim();
}

function versionOf(command: string, args: readonly string[], pattern: RegExp): string | null {
  try {
    return (
      pattern.exec(execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }))?.[1] ?? null
    );
  } catch {
    return null;
  }
}

const isOnPath = (name: string): boolean =>
  [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"].some((folder) =>
    existsSync(join(folder, name)),
  );

/**
 * Of file systems the kernel says itself; of the others it has no list, so their names in its symbols stand for them.
 */
function kernelLacks(): string[] {
  const lacking =
    /\soverlay$/m.test(readFileSync("/proc/filesystems", "utf8")) || moduleExists("overlay") ? [] : ["overlayfs"];
  const symbols = readFileSync("/proc/kallsyms", "utf8");
  const has = (symbol: string, module: string): boolean => symbols.includes(symbol) || moduleExists(module);
  if (!has("veth_newlink", "veth")) lacking.push("veth");
  if (!has("br_add_bridge", "bridge") && !has("br_dev_setup", "bridge")) lacking.push("bridge");
  if (!has("nf_tables_newtable", "nf_tables")) lacking.push("nftables");
  if (!existsSync("/proc/self/ns/net")) lacking.push("network namespaces");
  return lacking;
}

function moduleExists(name: string): boolean {
  try {
    execFileSync("modinfo", [name], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Of the nearest folder that is there. */
function freeAt(folder: string): number {
  let there = folder;
  while (!existsSync(there)) there = dirname(there);
  const { bavail, bsize } = statfsSync(there);
  return bavail * bsize;
}
