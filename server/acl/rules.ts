import type { Engine } from "../types";
import { dragonflyCommands } from "./dragonflyCommands";
import { RESERVED_PREFIX } from "./user";

/** Why a rule or a line would be refused by the server. */
export interface AclProblem {
  /** The line of the file, from 1; 1 for a list of rules. */
  readonly line: number;
  /** The word's place in the line or list, from 1. */
  readonly position: number;
  /** The word; in place of a password or its hash only its sign. */
  readonly word: string;
  readonly reason: string;
}

const SHARED_CATEGORIES = [
  "all",
  "keyspace",
  "read",
  "write",
  "set",
  "sortedset",
  "list",
  "hash",
  "string",
  "bitmap",
  "geo",
  "stream",
  "pubsub",
  "admin",
  "fast",
  "slow",
  "blocking",
  "dangerous",
  "connection",
  "transaction",
  "scripting",
];
const CATEGORIES: Readonly<Record<Engine, ReadonlySet<string>>> = {
  dragonfly: new Set([...SHARED_CATEGORIES, "hyperlog", "bloom", "ft_search", "search", "throttle", "json"]),
  redis: new Set([...SHARED_CATEGORIES, "hyperloglog"]),
};
const COMMAND = /^[A-Za-z][A-Za-z0-9._-]*$/;
const SUBCOMMAND = /^[A-Za-z][A-Za-z0-9._-]*\|[A-Za-z0-9._-]+$/;

/** Why a command rule such as "+@read" or "-CONFIG" does not stand in the engine's grammar; null when it does. */
export function commandRuleProblem(engine: Engine, rule: string): string | null {
  const name = rule.slice(1);
  if (!/^[+-]/.test(rule)) return 'a command rule begins with "+" or "-"';
  if (name.startsWith("@")) {
    return CATEGORIES[engine].has(name.slice(1).toLowerCase()) ? null : `${engine} has no category "${name.slice(1)}"`;
  }
  if (SUBCOMMAND.test(name))
    return engine === "redis" ? null : "Dragonfly has no rules for subcommands; name the whole command";
  if (!COMMAND.test(name)) return "this is no command's name";
  // Redis refuses to start on a rule that it does not know and stays closed; its modules and forks have names of their
  // own.
  if (engine === "dragonfly" && !dragonflyCommands.has(name.toUpperCase()))
    return `Dragonfly v1.37 has no command "${name.toUpperCase()}"`;
  return null;
}

/** Problems of a user's `commands`, each with its place in the list. */
export function checkCommandRules(engine: Engine, rules: readonly string[]): readonly AclProblem[] {
  return rules.flatMap((word, at) => {
    const reason = commandRuleProblem(engine, word);
    return reason === null ? [] : [{ line: 1, position: at + 1, word, reason }];
  });
}

/** Why a key or channel pattern (without its sign) cannot stand in an ACL file; null when it can. */
export function patternProblem(pattern: string): string | null {
  if (pattern === "") return "it is empty";
  if (/[\s\u0000-\u001f\u007f]/.test(pattern))
    return "an ACL file is split at spaces: a pattern cannot hold white space or control characters";
  if (/^[~&%]/.test(pattern)) return 'patterns are written without their "~" or "&"';
  return null;
}

/** The text before the first wildcard: every key that a pattern matches begins with it. */
export function literalPrefix(pattern: string): string {
  const match = /^((?:[^*?[\\]|\\.)*)/s.exec(pattern);
  return (match?.[1] ?? "").replace(/\\(.)/gs, "$1");
}

/**
 * Whether a pattern could match a key under the guard's prefix. A pattern of one negated class after a part of the
 * prefix
 * (see `allKeysBut`) is told apart; of any other pattern with a wildcard inside the prefix it says yes.
 */
export function touchesReserved(pattern: string): boolean {
  const prefix = literalPrefix(pattern);
  const hasWildcard = /(^|[^\\])(\\\\)*[*?[]/.test(pattern);
  if (prefix.startsWith(RESERVED_PREFIX)) return true;
  if (!hasWildcard || !RESERVED_PREFIX.startsWith(prefix)) return false;
  const diverging = /^\[\^(.)\]\*$/s.exec(pattern.slice(patternLengthOf(pattern, prefix)));
  return diverging?.[1] !== RESERVED_PREFIX.charAt(prefix.length);
}

/** How many characters of the pattern spell its literal prefix (escapes take two). */
function patternLengthOf(pattern: string, prefix: string): number {
  let at = 0;
  for (let read = 0; read < prefix.length; read += 1) at += pattern.charAt(at) === "\\" ? 2 : 1;
  return at;
}
