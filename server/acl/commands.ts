import type { Engine } from "../types";
import type { AclUser } from "./user";
import { channelWords, closedCommandWords, commandWords, keyWords, offWord, onWord } from "./words";

/**
 * Arguments of `ACL`, such as `redis.call("ACL", ...openUser(…))`. Each sets the whole of what it names, whatever was
 * there
 * before, so that it may be sent again. The server applies one SETUSER at once; no session sees half of it.
 */
export type AclArguments = readonly string[];

/** A password as a rule: the guard's alphabet, because a Dragonfly replica sends AUTH inline. */
function passwordWords(name: string, password: string): readonly string[] {
  if (!/^[A-Za-z0-9_-]+$/.test(password)) {
    throw new Error(
      `ACL user "${name}": its password is empty or has other characters than letters, digits, "_" and "-"`,
    );
  }
  return ["resetpass", `>${password}`];
}

const open = (engine: Engine, user: AclUser, password: string): readonly string[] => [
  "SETUSER",
  user.name,
  onWord(engine),
  ...passwordWords(user.name, password),
  ...keyWords(user),
  ...channelWords(engine, user),
  ...commandWords(engine, user),
];

/** ON, with its password, keys, channels and commands; sessions that are already there stay. */
export const openUser = (engine: Engine, user: AclUser, password: string): AclArguments => open(engine, user, password);

/** As `openUser`, for a replica: everything that writes is taken away again. */
export const openUserReadOnly = (engine: Engine, user: AclUser, password: string): AclArguments => [
  ...open(engine, user, password),
  "-@write",
];

/**
 * OFF, no command, no channel; password and keys are kept. Dragonfly ends the user's sessions with it (OFF alone lets
 * them
 * write on); on Redis they can do nothing more but stay: the caller sends CLIENT KILL USER too.
 */
export const closeUser = (engine: Engine, user: { readonly name: string }): AclArguments => [
  "SETUSER",
  user.name,
  offWord(engine),
  "resetchannels",
  ...closedCommandWords(engine, user.name),
];

export const deleteUser = (name: string): AclArguments => ["DELUSER", name];
