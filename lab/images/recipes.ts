import { existsSync, realpathSync } from "node:fs";
import { basename } from "node:path";
import { LabError } from "../labError";
import { sharedLibraries } from "../toolchain/debian";
import type { Toolchain } from "../toolchain/toolchain";
import type { ImageEntry, ImageSpec } from "./imageFile";
import { IMAGES } from "./references";

/** As the official images have them. */
const USERS = { redis: 999, dragonfly: 999, haproxy: 99, node: 1000, coredns: 65532, pause: 65535 } as const;

/** What a person who looks around in a container expects to find; all of them are busybox. */
const COMMANDS = [
  "sh",
  "awk",
  "cat",
  "chmod",
  "cp",
  "cut",
  "date",
  "df",
  "du",
  "echo",
  "env",
  "false",
  "find",
  "grep",
  "head",
  "hostname",
  "id",
  "kill",
  "ls",
  "mkdir",
  "mv",
  "nc",
  "netstat",
  "nslookup",
  "printf",
  "ps",
  "readlink",
  "rm",
  "sed",
  "sha256sum",
  "sleep",
  "sort",
  "stat",
  "tail",
  "tee",
  "test",
  "touch",
  "tr",
  "true",
  "uname",
  "uniq",
  "wc",
  "wget",
  "which",
  "xargs",
];

/**
 * What the lab's images are made of: programs of the toolchain and of this machine, with the libraries they are linked
 * to.
 * @param dragonfly path of a Dragonfly binary; without one there is no image of it
 */
export async function imageSpecs(toolchain: Toolchain, dragonfly: string | undefined): Promise<ImageSpec[]> {
  const { debian } = toolchain;
  const redisCli = programIn("usr/local/bin/redis-cli", debian.program("redis-cli"));
  const specs = [
    fromScratch(IMAGES.pause, USERS.pause, [programIn("pause", toolchain.program("pause", "pause"))], ["/pause"]),
    fromScratch(
      IMAGES.coredns,
      USERS.coredns,
      [programIn("coredns", toolchain.program("coredns", "coredns"))],
      ["/coredns"],
    ),
    await withLibraries(toolchain, {
      reference: IMAGES.redis,
      user: USERS.redis,
      userName: "redis",
      workingDirectory: "/data",
      entrypoint: ["redis-server"],
      programs: [
        programIn("usr/local/bin/redis-server", debian.program("redis-check-rdb")),
        { path: "usr/local/bin/redis-check-rdb", kind: "link", target: "redis-server" },
        redisCli,
      ],
    }),
    await withLibraries(toolchain, {
      reference: IMAGES.haproxy,
      user: USERS.haproxy,
      userName: "haproxy",
      workingDirectory: "/var/lib/haproxy",
      entrypoint: ["haproxy"],
      programs: [programIn("usr/local/sbin/haproxy", debian.program("haproxy"))],
    }),
    await withLibraries(toolchain, {
      reference: IMAGES.node,
      user: USERS.node,
      userName: "node",
      workingDirectory: "/home/node",
      entrypoint: ["node"],
      programs: [programIn("usr/local/bin/node", process.execPath)],
    }),
  ];
  if (dragonfly === undefined) return specs;
  if (!existsSync(dragonfly)) throw new LabError(`DRAGONFLY_BINARY: there is no file ${dragonfly}`, 2);
  const image = await withLibraries(toolchain, {
    reference: IMAGES.dragonfly,
    user: USERS.dragonfly,
    userName: "dfly",
    workingDirectory: "/data",
    entrypoint: ["dragonfly"],
    programs: [programIn("usr/local/bin/dragonfly", dragonfly), redisCli],
  });
  return [...specs, image];
}

interface ProgramImage {
  readonly reference: string;
  readonly user: number;
  readonly userName: string;
  /** Belongs to the user. */
  readonly workingDirectory: string;
  readonly entrypoint: readonly string[];
  readonly programs: readonly ImageEntry[];
}

async function withLibraries(toolchain: Toolchain, image: ProgramImage): Promise<ImageSpec> {
  const { reference, user, userName, workingDirectory, entrypoint, programs } = image;
  const libraries = new Map<string, ImageEntry>();
  for (const program of programs) {
    if (program.kind !== "copy") continue;
    const { paths, missing } = await sharedLibraries(program.source, toolchain.debian.environment.LD_LIBRARY_PATH);
    if (missing.length > 0)
      throw new LabError(
        `${program.source}: its shared libraries ${missing.join(", ")} are not on this machine; install them`,
      );
    for (const path of paths) libraries.set(insideImage(path), programIn(insideImage(path), path));
  }
  return {
    reference,
    user,
    entrypoint,
    workingDirectory,
    entries: [
      ...programs,
      ...libraries.values(),
      programIn("bin/busybox", toolchain.debian.program("busybox")),
      ...COMMANDS.map((name): ImageEntry => ({ path: `bin/${name}`, kind: "link", target: "busybox" })),
      text("etc/passwd", `root:x:0:0:root:/root:/bin/sh\n${userName}:x:${user}:${user}::${workingDirectory}:/bin/sh\n`),
      text("etc/group", `root:x:0:\n${userName}:x:${user}:\n`),
      text("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
      { path: "tmp", kind: "folder", mode: 0o1777 },
      { path: workingDirectory.slice(1), kind: "folder", mode: 0o755, owner: user },
    ],
  };
}

function fromScratch(
  reference: string,
  user: number,
  entries: readonly ImageEntry[],
  entrypoint: readonly string[],
): ImageSpec {
  return { reference, user, entries, entrypoint, workingDirectory: "/" };
}

function programIn(path: string, source: string): ImageEntry {
  return { path, kind: "copy", source: realpathSync(source), mode: 0o755 };
}

function text(path: string, content: string): ImageEntry {
  return { path, kind: "text", text: content, mode: 0o644 };
}

/**
 * Pure: where the loader looks for a library, which may lie in an unpacked package or under the name of the machine's
 * architecture.
 */
export function insideImage(path: string): string {
  const known = /(?:^|\/)((?:usr\/)?lib(?:64)?\/(?:[^/]+-linux-gnu\/)?[^/]+)$/.exec(path)?.[1];
  return known ?? `usr/lib/${basename(path)}`;
}
