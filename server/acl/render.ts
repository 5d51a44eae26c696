import type { Engine } from "../types";
import { passwordDefaultUser, type DefaultUserMode } from "./builtin";
import type { AclUser } from "./user";
import { closedCommandWords, commandWords, keyWords, offWord, onWord } from "./words";

/** Only these may be used before the guard has judged the site's role. */
const BORN_OPEN: ReadonlySet<AclUser["kind"]> = new Set(["guard", "monitoring"]);

/**
 * The file that the server starts with. Born closed: application, replication and default users are OFF with no
 * command,
 * exactly as `closeUser` leaves them; `guard` and `monitoring` are ON. A line for `default` is always there: without
 * one
 * Dragonfly gives it every right (note 4).
 * @param users every named user of the site (see `siteUsers`).
 * @param passwordHashes SHA-256 of each user's password, 64 hex digits, by user name; `default` only where it has a
 * password.
 * @throws Error when a hash is missing or is none, or a name would break the file: a line that does not parse opens the
 * server.
 */
export function renderAclFile(
  engine: Engine,
  users: readonly AclUser[],
  defaultUser: DefaultUserMode,
  passwordHashes: Readonly<Record<string, string>>,
): string {
  const misnamed = users.find(({ name }) => !/^[A-Za-z0-9_.-]+$/.test(name) || name === "default");
  if (misnamed !== undefined)
    throw new Error(`ACL user "${misnamed.name}": not a name for an ACL file; use letters, digits, "_", "." and "-"`);
  const keyword = engine === "dragonfly" ? "USER" : "user";
  const password = (name: string): string => {
    const hash = passwordHashes[name];
    if (hash === undefined || !/^[0-9a-f]{64}$/.test(hash))
      throw new Error(`ACL user "${name}": its password hash is missing or is no SHA-256 in hex`);
    return `#${hash}`;
  };
  const line = (name: string, words: readonly string[]): string => [keyword, name, ...words].join(" ");
  const closed = (user: AclUser): string =>
    line(user.name, [
      offWord(engine),
      password(user.name),
      ...keyWords(user),
      "resetchannels",
      ...closedCommandWords(engine, user.name),
    ]);
  const open = (user: AclUser): string =>
    line(user.name, [
      onWord(engine),
      password(user.name),
      ...keyWords(user),
      "resetchannels",
      ...user.channels.map((c) => `&${c}`),
      ...commandWords(engine, user),
    ]);

  // A line for default starts with nothing in both; the resets make it the same when it is sent by ACL SETUSER.
  const locked = line(
    "default",
    engine === "dragonfly"
      ? [offWord(engine), ...closedCommandWords(engine, "default")]
      : [offWord(engine), "resetpass", "resetkeys", "resetchannels", "-@all"],
  );
  const withPassword =
    engine === "dragonfly"
      ? closed(passwordDefaultUser)
      : line("default", [
          offWord(engine),
          "resetpass",
          password("default"),
          ...keyWords(passwordDefaultUser),
          "resetchannels",
          "-@all",
        ]);

  const lines = users.map((user) => (BORN_OPEN.has(user.kind) ? open(user) : closed(user)));
  return [defaultUser === "locked" ? locked : withPassword, ...lines, ""].join("\n");
}
