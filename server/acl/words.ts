import type { Engine } from "../types";
import type { AclUser } from "./user";

/** A channel that nobody uses: see `channelWords`. */
const NO_CHANNEL = "__dr:none";

/** Dragonfly refuses a pattern beside "~*" (note 20), so "*" stands alone. */
const patterns = (sign: "~" | "&", list: readonly string[]): readonly string[] =>
  list.includes("*") ? [`${sign}*`] : list.map((pattern) => `${sign}${pattern}`);

/** Key rules from nothing: what was granted before is forgotten. */
export const keyWords = (user: AclUser): readonly string[] => ["resetkeys", ...patterns("~", user.keys)];

/**
 * Channel rules from nothing. On Dragonfly a `resetchannels` that no channel follows ends every session of the user
 * (acl_family.cc, SetUser: the last channel rule decides), which closing wants and a mere change does not: a channel
 * that
 * nobody uses follows where the user has none.
 */
export function channelWords(engine: Engine, user: AclUser): readonly string[] {
  const granted = engine === "dragonfly" && user.channels.length === 0 ? [NO_CHANNEL] : user.channels;
  return ["resetchannels", ...patterns("&", granted)];
}

/** Command rules from nothing, in the engine's spelling. */
export const commandWords = (engine: Engine, user: AclUser): readonly string[] => [
  "-@all",
  ...user.commands.map((rule) => spell(engine, rule)),
];

/** Dragonfly's files are written with commands in upper case and categories in lower case, Redis' all in lower case. */
const spell = (engine: Engine, rule: string): string =>
  engine === "redis" || rule.startsWith("@", 1) ? rule.toLowerCase() : rule.toUpperCase();

/** What remains to a closed user. Dragonfly judges AUTH and HELLO of a new connection by default's rights (note 5). */
export const closedCommandWords = (engine: Engine, name: string): readonly string[] =>
  engine === "dragonfly" && name === "default" ? ["-@all", "+AUTH", "+HELLO", "+QUIT"] : ["-@all"];

export const onWord = (engine: Engine): string => (engine === "dragonfly" ? "ON" : "on");
export const offWord = (engine: Engine): string => (engine === "dragonfly" ? "OFF" : "off");
