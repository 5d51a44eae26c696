import { leaf, list, object, orNull, word, type Description, type Value } from "./describe";
import { ENGINES, siteName } from "./fields";

/** What a stack tells the commands of its site (its output `site`), and what they write down in `sites.json`. */

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const namespaceName: Description<string> = leaf(
  { type: "string" },
  "a namespace's name",
  (v): v is string => typeof v === "string" && LABEL.test(v),
);
const someText: Description<string> = leaf(
  { type: "string" },
  "null or a text that is not empty",
  (v): v is string => typeof v === "string" && v !== "",
);

const fields = {
  site: siteName,
  namespace: namespaceName,
  /** Absolute path; null: the machine's default kubeconfig. */
  kubeconfig: orNull(someText),
  /** Null: the kubeconfig's current context. */
  context: orNull(someText),
  engine: word(ENGINES),
  peers: list(siteName),
};
export const siteEntry = object(fields);
/** What a command has to know of a site to reach it. */
export type SiteEntry = Value<typeof siteEntry>;

export const SITE_ENTRY_KEYS: readonly string[] = Object.keys(fields);
/** Of `sites.json`. */
export const SITES_FILE_VERSION = 1;
