/** What was found on this machine. */
export interface MachineFacts {
  readonly platform: string;
  readonly architecture: string;
  readonly isRoot: boolean;
  /** Of /etc/os-release, such as "debian 12". */
  readonly system: string;
  /** The "major.minor" of each program; null when it is not on PATH. */
  readonly versions: Readonly<Record<"node" | "go" | "python3", string | null>>;
  /** Programs that are not on PATH. */
  readonly missingPrograms: readonly string[];
  /** Kernel features that are not there, by the name a person would look for. */
  readonly missingKernelFeatures: readonly string[];
  /** Free space where the tools are kept, in bytes. */
  readonly freeBytes: number;
  readonly cacheFolder: string;
  /** Whether anything must still be built or fetched. */
  readonly mustFetch: boolean;
}

const GIBIBYTE = 2 ** 30;
const NEEDED_FREE = 20 * GIBIBYTE;
/** With every tool built, there is only what a running lab writes. */
const NEEDED_FREE_AFTER_SETUP = 6 * GIBIBYTE;
const NEEDED: Readonly<Record<"node" | "go" | "python3", readonly [number, number]>> = {
  node: [20, 19],
  go: [1, 26],
  python3: [3, 9],
};

/** Pure: every lack, each a line with its remedy; empty when the lab can run. */
export function lacks(facts: MachineFacts): string[] {
  const lines: string[] = [];
  if (facts.platform !== "linux" || facts.architecture !== "x64")
    lines.push(`machine: ${facts.platform}/${facts.architecture}; the lab needs Linux on x86-64`);
  if (!facts.system.startsWith("debian 12"))
    lines.push(`system: ${facts.system || "unknown"}; the lab's packages are Debian 12's: run it on Debian 12`);
  if (!facts.isRoot) lines.push("user: not root; network namespaces and mounts need it: run as root");
  for (const [name, [major, minor]] of Object.entries(NEEDED)) {
    const version = facts.versions[name as keyof MachineFacts["versions"]];
    if (version === null) lines.push(`${name}: not on PATH; install ${name} ${major}.${minor} or later`);
    else if (!isAtLeast(version, major, minor))
      lines.push(`${name}: version ${version}; install ${major}.${minor} or later`);
  }
  for (const program of facts.missingPrograms)
    lines.push(`${program}: not on PATH; install it (apt-get install ${program})`);
  for (const feature of facts.missingKernelFeatures) lines.push(`kernel: no ${feature}; use a kernel that has it`);
  const needed = facts.mustFetch ? NEEDED_FREE : NEEDED_FREE_AFTER_SETUP;
  if (facts.freeBytes < needed)
    lines.push(
      `disk: ${(facts.freeBytes / GIBIBYTE).toFixed(1)} GiB free at ${facts.cacheFolder}; free ` +
        `${needed / GIBIBYTE} GiB, or point DRAGONFLY_DR_CACHE elsewhere`,
    );
  return lines;
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split(".").map(Number);
  return a > major || (a === major && b >= minor);
}
