import type { DataVersion } from "../contract/siteRole";
import { isSiteName, type Bytes, type Engine, type SiteName } from "../server/types";

/** A value that moved while the dump was taken: what the dump holds lies between the two, both included. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

export interface ManifestFile {
  /** As the server named it, without a folder. */
  readonly name: string;
  readonly bytes: Bytes;
  /** Of the whole file, in hex. */
  readonly sha256: string;
}

/** A key that was the same before and after the dump, and does not expire: every restore has to give it back. */
export interface SampledKey {
  readonly db: number;
  /** Base64: keys are bytes. */
  readonly key: string;
  readonly type: string;
  /** First 16 hex digits of the SHA-256 of its value, read by type. */
  readonly digest: string;
}

/** What a snapshot is, beside its files and written after them: without it there is no snapshot. */
export interface Manifest {
  readonly version: 1;
  readonly id: string;
  readonly site: SiteName;
  readonly epoch: number;
  /** The heartbeat in the data set, before and after. */
  readonly dataVersion: { readonly least: DataVersion; readonly most: DataVersion };
  /** ISO 8601, when the dump was begun. */
  readonly time: string;
  readonly server: { readonly engine: Engine; readonly version: string };
  /** Keys without expiry, by number of the database: those that expire come and go by themselves. */
  readonly keys: Readonly<Record<string, Range>>;
  readonly sample: {
    readonly asked: number;
    readonly keys: readonly SampledKey[];
    /** SHA-256 over them. */ readonly sha256: string;
  };
  readonly files: readonly ManifestFile[];
  readonly bytes: Bytes;
  /** From the dump's begin to the last file's arrival. */
  readonly seconds: number;
}

/** @throws Error naming what is wrong with a manifest that was read. */
export function parseManifest(text: string, where: string): Manifest {
  let value: Partial<Manifest>;
  try {
    value = JSON.parse(text) as Partial<Manifest>;
  } catch {
    throw new Error(`${where}: is no JSON`);
  }
  const wrong: string[] = [];
  const need = (ok: boolean, key: string): void => {
    if (!ok) wrong.push(key);
  };
  need(value.version === 1, "version");
  need(typeof value.id === "string" && ID.test(value.id), "id");
  need(typeof value.site === "string" && isSiteName(value.site), "site");
  need(Number.isSafeInteger(value.epoch), "epoch");
  need(!Number.isNaN(Date.parse(value.time ?? "")), "time");
  need(value.server?.engine === "dragonfly" || value.server?.engine === "redis", "server.engine");
  need(
    Number.isSafeInteger(value.dataVersion?.least.sequence) && Number.isSafeInteger(value.dataVersion?.most.sequence),
    "dataVersion",
  );
  need(Array.isArray(value.sample?.keys), "sample");
  // A name with a slash would leave the folder that it is restored to.
  need(
    Array.isArray(value.files) &&
      value.files.length > 0 &&
      value.files.every(
        (f) => /^[A-Za-z0-9][A-Za-z0-9_.:-]*$/.test(f.name) && f.bytes >= 0 && /^[0-9a-f]{64}$/.test(f.sha256),
      ),
    "files",
  );
  if (wrong.length > 0) throw new Error(`${where}: missing or wrong: ${wrong.join(", ")}`);
  return value as Manifest;
}

const ID = /^\d{8}T\d{6}Z-e\d+-\d+$/;
export const isSnapshotId = (text: string): boolean => ID.test(text);

/** UTC time, epoch, and the data version's sequence: sorts by time. */
export const snapshotId = (time: Date, version: DataVersion): string =>
  `${time.toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "")}-e${version.epoch}-${version.sequence}`;
