import { isSnapshotId } from "./manifest";

export const MANIFEST = "manifest.json";

/** The folder of one snapshot below a site's prefix; ends with a slash. */
export function snapshotFolder(prefix: string, epoch: number, id: string): string {
  return `${prefix}e${String(epoch).padStart(8, "0")}/${id}/`;
}

export const drillFolder = (prefix: string): string => `${prefix}drills/`;

/** What a key below `prefix` belongs to; null for what no snapshot process has put there. */
export function parseKey(
  prefix: string,
  key: string,
): { readonly folder: string; readonly id: string; readonly name: string } | null {
  if (!key.startsWith(prefix)) return null;
  const [epoch, id, name, ...rest] = key.slice(prefix.length).split("/");
  if (epoch === undefined || id === undefined || name === undefined || name === "" || rest.length > 0) return null;
  return /^e\d{8}$/.test(epoch) && isSnapshotId(id) ? { folder: `${prefix}${epoch}/${id}/`, id, name } : null;
}
