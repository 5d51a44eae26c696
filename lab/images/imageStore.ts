import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { containerdSocket } from "../cluster/node";
import type { SitePlan } from "../plan";
import { run } from "../process/run";
import { recipeHash } from "../toolchain/stamp";
import type { Toolchain } from "../toolchain/toolchain";
import { type ImageSpec, writeImageFile } from "./imageFile";
import { imageSpecs } from "./recipes";

/** An image as a file, ready to be imported. Its key changes with whatever it is made of. */
export interface BuiltImage {
  readonly reference: string;
  readonly file: string;
  readonly key: string;
}

/** Makes the files of the images that are not in the cache, or were made of something else. */
export async function buildImages(toolchain: Toolchain, dragonfly: string | undefined): Promise<BuiltImage[]> {
  const folder = join(toolchain.cache, "images");
  mkdirSync(folder, { recursive: true });
  return (await imageSpecs(toolchain, dragonfly)).map((spec) => buildImage(folder, spec));
}

function buildImage(folder: string, spec: ImageSpec): BuiltImage {
  const name = spec.reference.replace(/^.*\//, "").replace(":", "_");
  const key = imageKey(spec);
  const file = join(folder, `${name}-${key}.tar`);
  if (!existsSync(file)) {
    for (const old of readdirSync(folder).filter((each) => each.startsWith(`${name}-`) && each.endsWith(".tar")))
      rmSync(join(folder, old));
    writeImageFile(spec, file);
  }
  return { reference: spec.reference, file, key };
}

/** A source's size and time stand for its content: hashing 300 MB at each start would cost a second. */
function imageKey(spec: ImageSpec): string {
  const sources = spec.entries.map((entry) => {
    if (entry.kind !== "copy") return "";
    const { size, mtimeMs } = statSync(entry.source);
    return `${size} ${mtimeMs}`;
  });
  return recipeHash([JSON.stringify(spec), ...sources]);
}

/** Gives a site's containerd the images that it has not, or has from other contents. */
export async function importImages(site: SitePlan, images: readonly BuiltImage[], toolchain: Toolchain): Promise<void> {
  for (const image of images.filter((each) => !isImported(site, each))) {
    await run(
      toolchain.debian.program("ctr"),
      ["--address", containerdSocket(site), "--namespace", "k8s.io", "images", "import", image.file],
      {
        env: toolchain.debian.environment,
        timeoutMs: 600_000,
      },
    );
    mkdirSync(join(site.directory, "images"), { recursive: true });
    writeFileSync(markFile(site, image), image.key);
  }
}

export function isImported(site: SitePlan, image: BuiltImage): boolean {
  try {
    return readFileSync(markFile(site, image), "utf8") === image.key;
  } catch {
    return false;
  }
}

function markFile(site: SitePlan, image: BuiltImage): string {
  return join(site.directory, "images", image.reference.replaceAll("/", "_"));
}
