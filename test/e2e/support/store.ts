import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LabSite } from "../../../lab/plan";
import type { Manifest } from "../../../snapshots/manifest";
import type { World } from "./world";

/** What is there below a site's prefix, by the S3 server's own folder. */
export class Store {
  constructor(
    private readonly w: World,
    private readonly site: LabSite,
  ) {}

  /** Of the bucket of both sites. */
  get bucket(): string {
    const { data, access } = this.w.lab.storage;
    return join(data, access.bucket);
  }

  private get folder(): string {
    return join(this.bucket, "cache", this.site);
  }

  /** Relative to the site's prefix. */
  files(): readonly string[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.folder.length + 1));
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  manifest(id: string): Manifest {
    const file = this.files().find((name) => name.endsWith(`/${id}/manifest.json`));
    assert.ok(file, `${id} in ${this.files().join()}`);
    return JSON.parse(readFileSync(this.path(file), "utf8")) as Manifest;
  }

  /** The folder of one snapshot. */
  folderOf(id: string): string {
    return join(this.folder, `e${String(this.manifest(id).epoch).padStart(8, "0")}`, id);
  }
}
