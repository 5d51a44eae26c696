import type { Engine } from "../types";
import { dialectOf } from "./dialect";
import { RESERVED_PREFIX } from "./user";
import { judgeCommandRule } from "./verdict";

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

/**
 * Why a command rule such as "+@read" or "-CONFIG" is not in the engine's grammar; null when it is. A refused rule
 * opens Dragonfly: there every version that this program runs has to take it. Redis stays closed and says so.
 */
export function commandRuleProblem(engine: Engine, rule: string): string | null {
  const verdict = judgeCommandRule(dialectOf(engine), rule);
  if (verdict.state === "accepted" || (verdict.state === "unsure" && engine === "redis")) return null;
  return verdict.reason;
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
export const literalPrefix = (pattern: string): string => literalOf(pattern).text;

/** Whether a pattern stands for a single key. */
export const isOneKey = (pattern: string): boolean => literalOf(pattern).end === pattern.length;

/** What a pattern begins with literally, and how many of its characters spell that (escapes take two). */
function literalOf(pattern: string): { readonly text: string; readonly end: number } {
  const letters: string[] = [];
  let at = 0;
  while (at < pattern.length && !"*?[".includes(pattern.charAt(at))) {
    // A backslash at the very end stands for itself.
    if (pattern.charAt(at) === "\\" && at + 1 < pattern.length) at += 1;
    letters.push(pattern.charAt(at));
    at += 1;
  }
  return { text: letters.join(""), end: at };
}

/**
 * Whether a pattern could match a key under the guard's prefix. A pattern of one negated class after a part of the
 * prefix (see `allKeysBut`) is told apart; of any other pattern with a wildcard inside the prefix it says yes.
 */
export function touchesReserved(pattern: string): boolean {
  const { text, end } = literalOf(pattern);
  if (text.startsWith(RESERVED_PREFIX)) return true;
  if (end === pattern.length || !RESERVED_PREFIX.startsWith(text)) return false;
  const diverging = /^\[\^(.)\]\*$/s.exec(pattern.slice(end, end + 6));
  return diverging?.[1] !== RESERVED_PREFIX.charAt(text.length);
}
