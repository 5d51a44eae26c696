import type { AclUser } from "../server/acl/user";
import {
  count,
  flag,
  list,
  nullable,
  object,
  optional,
  or,
  orNull,
  text,
  word,
  type Description,
  type Value,
} from "./describe";
import { ENGINES, siteName } from "./fields";
import { parseJson } from "./parse";

/** `site.json`: what a site's components tell its guard. A change reaches it within a minute, without a restart. */

const peerAddress = object({
  site: siteName,
  /** The site's own gateway, which carries on to the peer's. */
  host: text,
  serverPort: count,
  guardPort: count,
});
export type PeerAddress = Value<typeof peerAddress>;

const user: Description<AclUser> = object({
  name: text,
  kind: word(["application", "replication", "guard", "monitoring", "default"]),
  keys: list(text),
  channels: list(text),
  commands: list(text),
});

export const siteFile = object({
  site: siteName,
  namespace: text,
  engine: word(ENGINES),
  /** Five fields, UTC; null where the server does not dump by itself. */
  snapshotCron: orNull(text),
  dbfilename: text,
  peers: list(peerAddress),
  users: list(user),
  defaultUser: word(["locked", "password"]),
  onPeerUnreachable: word(["hold", "serve"]),
  /** Missing in an older program's file: recover. */
  onCrash: or(word(["recover", "hold"]), "recover"),
  /** Missing in an older program's file: wait. */
  onSilent: or(word(["wait", "end"]), "wait"),
  /**
   * null or absent: this site keeps no snapshots. `restoreWhenEmpty`: a server that starts empty, its peers away, loads
   * the newest.
   */
  snapshots: optional(nullable(object({ restoreWhenEmpty: flag }))),
});
export type SiteFile = Value<typeof siteFile>;

export const writeSiteFile = (content: SiteFile): string => `${JSON.stringify(content, null, 2)}\n`;

/** @throws NotUnderstood with every key that is missing or wrong. */
export const parseSiteFile = (json: string, file: string): SiteFile => parseJson(siteFile, json, file);
