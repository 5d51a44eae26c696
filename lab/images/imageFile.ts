import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { tarEnd, tarHeader, tarPadding, type TarEntry } from "./tar";

/** What is in an image, at a path without a leading slash. A path's folders are made for it. */
export type ImageEntry = { readonly path: string; readonly owner?: number } & (
  | { readonly kind: "copy"; readonly source: string; readonly mode: number }
  | { readonly kind: "text"; readonly text: string; readonly mode: number }
  | { readonly kind: "link"; readonly target: string }
  | { readonly kind: "folder"; readonly mode: number }
);

/** An image of one layer. */
export interface ImageSpec {
  /** Such as `lab.local/redis:7.0.15`. */
  readonly reference: string;
  readonly entries: readonly ImageEntry[];
  readonly entrypoint: readonly string[];
  /** The user and group id that containers run with unless told otherwise. */
  readonly user: number;
  readonly workingDirectory: string;
}

const PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const OCI = "application/vnd.oci.image";
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * Writes an image as an OCI layout in one tar, which `ctr images import` takes. The file appears whole or not at all.
 */
export function writeImageFile(spec: ImageSpec, file: string): void {
  const aside = `${file}.${process.pid}`;
  const layerFile = `${aside}.layer`;
  try {
    const layer = writeLayer(spec.entries, layerFile);
    const config = json({
      architecture: ARCHITECTURES[process.arch] ?? process.arch,
      os: "linux",
      config: {
        Env: [PATH],
        Entrypoint: spec.entrypoint,
        WorkingDir: spec.workingDirectory,
        User: `${spec.user}:${spec.user}`,
      },
      rootfs: { type: "layers", diff_ids: [layer.digest] },
    });
    const manifest = json({
      schemaVersion: 2,
      mediaType: `${OCI}.manifest.v1+json`,
      config: { mediaType: `${OCI}.config.v1+json`, digest: digestOf(config), size: config.length },
      layers: [{ mediaType: `${OCI}.layer.v1.tar`, digest: layer.digest, size: layer.size }],
    });
    const index = json({
      schemaVersion: 2,
      manifests: [
        {
          mediaType: `${OCI}.manifest.v1+json`,
          digest: digestOf(manifest),
          size: manifest.length,
          annotations: { "io.containerd.image.name": spec.reference },
        },
      ],
    });
    const archive = new Archive(aside);
    archive.text("oci-layout", json({ imageLayoutVersion: "1.0.0" }));
    archive.text("index.json", index);
    for (const blob of [config, manifest]) archive.text(blobPath(digestOf(blob)), blob);
    archive.copy({ path: blobPath(layer.digest), kind: "file", mode: 0o644, size: layer.size }, layerFile);
    archive.end();
    renameSync(aside, file);
  } finally {
    rmSync(aside, { force: true });
    rmSync(layerFile, { force: true });
  }
}

function writeLayer(entries: readonly ImageEntry[], file: string): { readonly digest: string; readonly size: number } {
  const archive = new Archive(file);
  for (const folder of impliedFolders(entries)) archive.entry({ path: folder, kind: "folder", mode: 0o755 });
  for (const entry of [...entries].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const owner = { uid: entry.owner ?? 0, gid: entry.owner ?? 0 };
    const { path } = entry;
    if (entry.kind === "link") archive.entry({ path, kind: "link", mode: 0o777, target: entry.target, ...owner });
    else if (entry.kind === "folder") archive.entry({ path, kind: "folder", mode: entry.mode, ...owner });
    else if (entry.kind === "text") archive.text(path, Buffer.from(entry.text), { mode: entry.mode, ...owner });
    else
      archive.copy({ path, kind: "file", mode: entry.mode, size: statSync(entry.source).size, ...owner }, entry.source);
  }
  return archive.end();
}

/** Pure: the folders that lie above entries and are not among them, parents first. */
export function impliedFolders(entries: readonly { readonly path: string; readonly kind: string }[]): string[] {
  const given = new Set(entries.filter((entry) => entry.kind === "folder").map((entry) => entry.path));
  const implied = new Set<string>();
  for (const { path } of entries) {
    const parts = path.split("/").slice(0, -1);
    parts.forEach((_, index) => implied.add(parts.slice(0, index + 1).join("/")));
  }
  return [...implied].filter((folder) => !given.has(folder)).sort();
}

/** A tar file being written, and the hash of what was written. */
class Archive {
  readonly #file: number;
  readonly #hash = createHash("sha256");
  #size = 0;

  constructor(path: string) {
    this.#file = openSync(path, "w");
  }

  entry(entry: TarEntry): void {
    this.#write(tarHeader(entry));
  }

  text(
    path: string,
    content: Buffer,
    attributes: { readonly mode: number; readonly uid?: number; readonly gid?: number } = { mode: 0o644 },
  ): void {
    this.entry({ path, kind: "file", size: content.length, ...attributes });
    this.#write(content);
    this.#write(tarPadding(content.length));
  }

  copy(entry: TarEntry & { readonly size: number }, source: string): void {
    const content = readFileSync(source);
    if (content.length !== entry.size) throw new Error(`${source}: changed while it was read`);
    this.entry(entry);
    this.#write(content);
    this.#write(tarPadding(entry.size));
  }

  end(): { readonly digest: string; readonly size: number } {
    this.#write(tarEnd());
    closeSync(this.#file);
    return { digest: `sha256:${this.#hash.digest("hex")}`, size: this.#size };
  }

  #write(content: Buffer): void {
    let written = 0;
    while (written < content.length) written += writeSync(this.#file, content, written);
    this.#hash.update(content);
    this.#size += content.length;
  }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}
