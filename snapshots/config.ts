import { readFileSync } from "node:fs";
import { isSiteName, type Engine, type SiteName } from "../server/types";

export interface Retention {
  readonly days: number;
  /** So many good snapshots stay whatever their age. */
  readonly least: number;
}

/** `snapshots.json`, as the program writes it; see docs/architecture.md. */
export interface SnapshotConfig {
  readonly site: SiteName;
  readonly engine: Engine;
  /** Five fields, UTC; null: on request only. */
  readonly cron: string | null;
  readonly bucket: string;
  readonly region: string;
  /** null: AWS's own. */
  readonly endpoint: string | null;
  readonly pathStyle: boolean;
  /** `<namespace>/<site>/`: nothing outside of it is ever written or removed. */
  readonly prefix: string;
  readonly retention: Retention;
  readonly restoreWhenEmpty: boolean;
  /** Their snapshots lie beside this site's, under their own names, where they share a bucket. */
  readonly peers: readonly SiteName[];
}

/** @throws Error naming every key that is missing or wrong. */
export function readSnapshotConfig(file: string): SnapshotConfig {
  const value = JSON.parse(readFileSync(file, "utf8")) as Partial<SnapshotConfig>;
  const wrong: string[] = [];
  const need = (ok: boolean, key: string): void => {
    if (!ok) wrong.push(key);
  };
  need(typeof value.site === "string" && isSiteName(value.site), "site");
  need(value.engine === "dragonfly" || value.engine === "redis", "engine");
  need(typeof value.bucket === "string" && value.bucket !== "", "bucket");
  need(typeof value.region === "string" && value.region !== "", "region");
  need(value.endpoint === null || typeof value.endpoint === "string", "endpoint");
  need(typeof value.prefix === "string" && value.prefix.endsWith(`/${value.site}/`), "prefix");
  need(Number(value.retention?.days) >= 1, "retention.days");
  need(Number(value.retention?.least) >= 1, "retention.least");
  need(Array.isArray(value.peers), "peers");
  if (wrong.length > 0) throw new Error(`${file}: missing or wrong: ${wrong.join(", ")}`);
  return { ...(value as SnapshotConfig), cron: value.cron == null || value.cron === "" ? null : value.cron };
}

/** Where a peer's snapshots lie in the same bucket. */
export const peerPrefix = (config: SnapshotConfig, peer: SiteName): string =>
  `${config.prefix.slice(0, -`${config.site}/`.length)}${peer}/`;
