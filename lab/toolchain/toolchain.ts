import { join } from "node:path";
import { LabError } from "../labError";
import { cacheDirectory } from "../paths";
import { succeeds } from "../process/run";
import type { Progress } from "../progress";
import { Debian } from "./debian";
import { buildGoTool, goToolFolder, isGoToolBuilt } from "./goBuild";
import { buildVenv, isVenvBuilt, MOTO, REDIS_PY, venvProgram } from "./venv";
import { GO_TOOLS, type GoTool, type GoToolName } from "./goTools";

/**
 * `lab`: the Pulumi CLI built from its module, with the stand-ins of lab/pulumi; `official`: the one on PATH with its
 * own plugins.
 */
export type ToolchainKind = "lab" | "official";

/** @throws LabError (2) for anything else. */
export function toolchainKind(value: string | undefined): ToolchainKind {
  if (value === undefined || value === "" || value === "lab") return "lab";
  if (value === "official") return "official";
  throw new LabError(`TOOLCHAIN: "${value}" is neither "lab" nor "official"`, 2);
}

const VENVS = [MOTO, REDIS_PY];

/** The lab's programs, built and fetched. */
export class Toolchain {
  readonly cache: string;
  readonly debian: Debian;

  private constructor(cache: string, debian: Debian) {
    this.cache = cache;
    this.debian = debian;
  }

  /** What would have to be built or fetched, by name; empty on a second run. Looks at files only. */
  static missing(kind: ToolchainKind, cache = cacheDirectory()): string[] {
    const tools = wantedTools(kind).filter((tool) => !isGoToolBuilt(cache, tool));
    return [
      ...tools.map((tool) => tool.name),
      ...(Debian.cached(cache) ? [] : ["debian"]),
      ...VENVS.filter((venv) => !isVenvBuilt(cache, venv)).map(({ name }) => name),
    ];
  }

  /** Builds and fetches what is missing. An interrupted run goes on where it stopped. */
  static async prepare(kind: ToolchainKind, progress: Progress, cache = cacheDirectory()): Promise<Toolchain> {
    if (kind === "official" && !(await succeeds("pulumi", ["version"]))) {
      throw new LabError(
        "TOOLCHAIN=official: there is no `pulumi` on PATH; install the Pulumi CLI, or leave TOOLCHAIN unset",
        2,
      );
    }
    const debian = await Debian.fetch(cache, progress);
    for (const tool of wantedTools(kind)) await buildGoTool(cache, tool, progress);
    for (const venv of VENVS) await buildVenv(cache, venv, progress);
    return new Toolchain(cache, debian);
  }

  /** @throws LabError when something is missing: `make setup` has not run. */
  static prepared(cache = cacheDirectory()): Toolchain {
    const debian = Debian.cached(cache);
    if (!debian) throw new LabError("the lab's tools are not there; run `make setup`", 2);
    return new Toolchain(cache, debian);
  }

  /** Path of a program built from a Go module. */
  program<Name extends GoToolName>(tool: Name, program: keyof (typeof GO_TOOLS)[Name]["programs"] & string): string {
    return join(this.folder(tool), program);
  }

  /** Path of moto's server. */
  get moto(): string {
    return venvProgram(this.cache, MOTO);
  }

  /** Path of the Python that has redis-py. */
  get redisPy(): string {
    return venvProgram(this.cache, REDIS_PY);
  }

  folder(tool: GoToolName): string {
    return goToolFolder(this.cache, GO_TOOLS[tool]);
  }
}

function wantedTools(kind: ToolchainKind): GoTool[] {
  return Object.values(GO_TOOLS).filter((tool) => kind === "lab" || tool.name !== "pulumi");
}
