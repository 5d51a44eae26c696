import { flag, leaf, list, object, or, orNull, text, word, type Description, type Value } from "./describe";
import { ENGINES, siteName } from "./fields";
import { NotUnderstood, parseJson } from "./parse";

/** `snapshots.json`: what a site's components tell the process that stores snapshots, and the drills. */

const someText: Description<string> = leaf(
  { type: "string" },
  "a text that is not empty",
  (v): v is string => typeof v === "string" && v !== "",
);
const atLeastOne: Description<number> = leaf(
  { type: "number", minimum: 1 },
  "a number of at least 1",
  (v): v is number => Number.isFinite(v) && Number(v) >= 1,
);

const retention = object({
  days: atLeastOne,
  /** So many good snapshots stay whatever their age. */
  least: atLeastOne,
});
export type Retention = Value<typeof retention>;

export const snapshotsFile = object({
  site: siteName,
  engine: word(ENGINES),
  /** Five fields, UTC; null or empty: on request only. */
  cron: orNull(text),
  bucket: someText,
  region: someText,
  /** null: AWS's own. */
  endpoint: orNull(text),
  pathStyle: flag,
  /** `<namespace>/<site>/`: nothing outside of it is ever written or removed. */
  prefix: text,
  retention,
  restoreWhenEmpty: or(flag, false),
  /** Their snapshots lie beside this site's, under their own names, where they share a bucket. */
  peers: list(siteName),
});
export type SnapshotsFile = Value<typeof snapshotsFile>;

export const writeSnapshotsFile = (content: SnapshotsFile): string => `${JSON.stringify(content, null, 2)}\n`;

/** @throws NotUnderstood with every key that is missing or wrong. */
export function parseSnapshotsFile(json: string, file: string): SnapshotsFile {
  const content = parseJson(snapshotsFile, json, file);
  if (!content.prefix.endsWith(`/${content.site}/`))
    throw new NotUnderstood(file, [`prefix: is ${JSON.stringify(content.prefix)}, does not end in /${content.site}/`]);
  return content.cron === "" ? { ...content, cron: null } : content;
}
