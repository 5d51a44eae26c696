import { join } from "node:path";
import { cacheDirectory } from "../../lab/paths";
import { Progress } from "../../lab/progress";
import { Debian } from "../../lab/toolchain/debian";
import { BENCH_SELECTION } from "../../lab/toolchain/debianPackages";
import { buildGoTool, goToolFolder } from "../../lab/toolchain/goBuild";
import type { GoTool } from "../../lab/toolchain/goTools";

export const ROUTEDNS = {
  name: "routedns",
  version: "v0.1.237",
  programs: { routedns: "github.com/folbricht/routedns/cmd/routedns" },
} as const satisfies GoTool;

/** A program with what its environment must hold. */
export interface Program {
  readonly file: string;
  /** The name that it is called by, where the file's own is not meant. */
  readonly argv0?: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Tools {
  readonly dnsperf: Program;
  readonly redis: Program;
  readonly routedns: Program;
}

/** What only this benchmark needs is fetched and built by it, once. @throws Error when something is not to be had. */
export async function prepareTools(): Promise<Tools> {
  const [cache, progress] = [cacheDirectory(), new Progress()];
  const own = await Debian.fetch(cache, progress, BENCH_SELECTION);
  const lab = await Debian.fetch(cache, progress);
  await buildGoTool(cache, ROUTEDNS, progress);
  return {
    dnsperf: { file: own.program("dnsperf"), env: own.environment },
    // Debian's redis-server is a link to it, and it goes by its name.
    redis: { file: lab.program("redis-check-rdb"), argv0: "redis-server", env: lab.environment },
    routedns: { file: join(goToolFolder(cache, ROUTEDNS), "routedns"), env: {} },
  };
}

export const ROUTEDNS_VERSION = ROUTEDNS.version;
