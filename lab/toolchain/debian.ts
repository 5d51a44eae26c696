import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { LabError } from "../labError";
import { run } from "../process/run";
import type { Progress } from "../progress";
import { LAB_SELECTION, type DebianCommand, type DebianSelection } from "./debianPackages";
import { recipeHash } from "./stamp";

const PROGRAM_FOLDERS = ["usr/sbin", "usr/bin", "sbin", "bin"];
const MULTIARCH_FOLDERS = ["usr/lib", "lib"];

/** Package and version, as `<package>_<version>`: the name of its folder in the cache. */
type Release = string;

/**
 * Debian's packages, unpacked and not installed: no daemon is started by a package's scripts, and the machine's own
 * packages stay as they are.
 */
export class Debian {
  readonly #root: string;
  readonly #releases: readonly Release[];

  private constructor(root: string, releases: readonly Release[]) {
    this.#root = root;
    this.#releases = releases;
  }

  /** Looks in the cache only. Undefined when something has to be fetched. */
  static cached(cache: string, selection: DebianSelection = LAB_SELECTION): Debian | undefined {
    const root = join(cache, "debian");
    try {
      const releases: unknown = JSON.parse(readFileSync(selectionFile(root, selection), "utf8"));
      if (!Array.isArray(releases)) return undefined;
      const names = releases.filter((each) => typeof each === "string");
      return names.every((name) => existsSync(join(root, name))) ? new Debian(root, names) : undefined;
    } catch {
      return undefined;
    }
  }

  /** @throws LabError when a package or a library cannot be had. */
  static async fetch(cache: string, progress: Progress, selection: DebianSelection = LAB_SELECTION): Promise<Debian> {
    const there = Debian.cached(cache, selection);
    if (there) return there;
    const root = join(cache, "debian");
    mkdirSync(root, { recursive: true });
    const found = await candidates(selection.packages, progress);
    const missing = found.filter(({ release }) => !existsSync(join(root, release)));
    if (missing.length > 0) {
      progress.say(`toolchain: fetching ${missing.length} Debian packages (unpacked into the cache, not installed)`);
      for (const { packageName, release } of missing) await fetchOne(root, packageName, release);
    }
    const debian = new Debian(
      root,
      found.map(({ release }) => release),
    );
    await debian.#checkLibraries(selection.commands);
    const aside = `${selectionFile(root, selection)}.${process.pid}`;
    writeFileSync(
      aside,
      `${JSON.stringify(
        found.map(({ release }) => release),
        null,
        2,
      )}\n`,
    );
    renameSync(aside, selectionFile(root, selection));
    return debian;
  }

  /** For a child that runs Debian's programs, or has others run them. */
  get environment(): { readonly PATH: string; readonly LD_LIBRARY_PATH: string } {
    return {
      PATH: [
        ...this.#existing(PROGRAM_FOLDERS),
        "/usr/local/sbin",
        "/usr/local/bin",
        "/usr/sbin",
        "/usr/bin",
        "/sbin",
        "/bin",
      ].join(":"),
      LD_LIBRARY_PATH: this.#libraryFolders().join(":"),
    };
  }

  /** @throws LabError when no package of the selection has it. */
  program(command: DebianCommand): string {
    const path = this.#existing(PROGRAM_FOLDERS)
      .map((folder) => join(folder, command))
      .find((file) => existsSync(file));
    if (!path)
      throw new LabError(
        `${command}: in none of the Debian packages under ${this.#root}; remove that folder and run again`,
      );
    return path;
  }

  /** What stands for the selection in hashes of things made from it. */
  get identity(): string {
    return this.#releases.join(" ");
  }

  async #checkLibraries(commands: readonly DebianCommand[]): Promise<void> {
    const lacking: string[] = [];
    for (const command of commands) {
      const { missing } = await sharedLibraries(this.program(command), this.environment.LD_LIBRARY_PATH);
      lacking.push(
        ...missing.map(
          (library) => `${command}: shared library ${library} is neither in the fetched packages nor on the machine`,
        ),
      );
    }
    if (lacking.length > 0) throw new LabError(lacking);
  }

  #libraryFolders(): string[] {
    return this.#existing(MULTIARCH_FOLDERS).flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.includes("-linux-gnu"))
        .map((name) => join(folder, name)),
    );
  }

  #existing(folders: readonly string[]): string[] {
    return this.#releases
      .flatMap((release) => folders.map((folder) => join(this.#root, release, folder)))
      .filter((folder) => existsSync(folder));
  }
}

export interface SharedLibraries {
  /** Files of the libraries and of the loader. */
  readonly paths: readonly string[];
  /** Names of those that are nowhere. */
  readonly missing: readonly string[];
}

/** What a dynamically linked program needs beside itself; nothing for a static one. */
export async function sharedLibraries(program: string, libraryPath: string): Promise<SharedLibraries> {
  const listing = await run("sh", ["-c", 'ldd "$1" 2>&1 || true', "sh", program], {
    env: { LD_LIBRARY_PATH: libraryPath },
  });
  return parseLdd(listing);
}

/** Pure: reads what `ldd` prints. */
export function parseLdd(listing: string): SharedLibraries {
  const lines = listing.split("\n").map((line) => line.trim());
  const paths = lines.flatMap((line) => /(?:^|=> )(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1] ?? []);
  const missing = lines.flatMap((line) => /^(\S+) => not found$/.exec(line)?.[1] ?? []);
  return { paths, missing };
}

interface Candidate {
  readonly packageName: string;
  readonly release: Release;
}

/** What apt would fetch now; its lists are brought up to date when they know too little. */
async function candidates(wanted: readonly string[], progress: Progress): Promise<Candidate[]> {
  try {
    return parseUris(await apt(["download", "--print-uris", ...wanted]), wanted);
  } catch {
    progress.say("toolchain: bringing apt's package lists up to date");
    await apt(["update"]);
    return parseUris(await apt(["download", "--print-uris", ...wanted]), wanted);
  }
}

/**
 * Pure: reads lines such as `'<uri>' redis-server_5%3a7.0.15_amd64.deb 73908 SHA256:…`.
 * @throws LabError that names every package without a line.
 */
export function parseUris(printed: string, wanted: readonly string[]): Candidate[] {
  const files = printed.split("\n").flatMap((line) => /^'[^']*' (\S+)_[^_]+\.deb /.exec(line)?.[1] ?? []);
  const byPackage = new Map(files.map((file) => [file.slice(0, file.indexOf("_")), file]));
  const unknown = wanted.filter((name) => !byPackage.has(name));
  if (unknown.length > 0)
    throw new LabError(`apt: no candidate for ${unknown.join(", ")}; the lab needs the packages of Debian 12`);
  return wanted.map((packageName) => ({ packageName, release: byPackage.get(packageName) ?? "" }));
}

async function fetchOne(root: string, packageName: string, release: Release): Promise<void> {
  const aside = join(root, `.fetching-${packageName}.${process.pid}`);
  mkdirSync(aside, { recursive: true });
  try {
    await apt(["download", packageName], aside);
    const file = readdirSync(aside).find((name) => name.endsWith(".deb"));
    if (!file || !basename(file).startsWith(`${release}_`))
      throw new LabError(`apt: ${packageName} came as ${file ?? "nothing"}, not as ${release}; run again`);
    await run("dpkg-deb", ["-x", join(aside, file), join(aside, "unpacked")]);
    renameSync(join(aside, "unpacked"), join(root, release));
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function apt(args: readonly string[], cwd = "/"): Promise<string> {
  // As root: apt's own user could not write into the cache.
  return run("apt-get", ["-qq", "-o", "APT::Sandbox::User=root", ...args], { cwd });
}

/** A file for each list of wanted packages, so that two checkouts may want different ones. */
function selectionFile(root: string, { packages }: DebianSelection): string {
  return join(root, `selection-${recipeHash(packages)}.json`);
}
