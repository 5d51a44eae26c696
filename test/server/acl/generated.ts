import type { Random } from "../../policies/random";

const HASHES = ["a".repeat(64), "b".repeat(64), "A".repeat(64), "c".repeat(63), "z".repeat(64), ""];
const WORDS = [
  "on",
  "off",
  "ON",
  "Off",
  "nopass",
  "NOPASS",
  "resetpass",
  "reset",
  "allkeys",
  "ALLKEYS",
  "resetkeys",
  "allchannels",
  "resetchannels",
  "allcommands",
  "nocommands",
  "sanitize-payload",
  "skip-sanitize-payload",
  "clearselectors",
  "",
  "constructor",
  "__proto__",
  "hasOwnProperty",
  "toString",
  "(",
  ")",
  "()",
  "(+get",
  "~x)",
  "(+get ~x)",
  "(~a:* +@read)",
  "( +set",
  "~a ~b)",
  "(on)",
  "((+get))",
  "(+get)x",
  "(>secret)",
  '("+get")',
  "('+get' ~a)",
  '("+get)',
  "default",
  "user",
  "everything",
  "+",
  "-",
  "~",
  "&",
  "%",
  ">",
  "#",
  "<",
  "!",
  "@",
  "|",
  "$0",
  "$1",
  "$ALL",
  "$16",
  "NAMESPACE:x",
  '"on"',
  "on\t",
  "\ton",
  "o\tn",
  "~a\tb",
  "&a\tb",
  "\r",
];
const PATTERNS = ["*", "a:*", "a?c", "[ab]*", "\\*", "x", "*:*", "__dr:*", "[^_]*", "~*", "%", "café"];
const SIGNS = ["~", "%R~", "%W~", "%RW~", "%WR~", "%r~", "%rw~", "%RR~", "%~", "%R", "%X~", "&", "%R&"];
const CATEGORIES = [
  "all",
  "ALL",
  "read",
  "Read",
  "write",
  "dangerous",
  "admin",
  "scripting",
  "keyspace",
  "hyperloglog",
  "hyperlog",
  "json",
  "bloom",
  "fast",
  "slow",
  "pubsub",
  "connection",
  "transaction",
  "blocking",
  "nothing",
  "constructor",
  "",
];
const COMMANDS = [
  "get",
  "GET",
  "set",
  "config",
  "config|get",
  "CONFIG|SET",
  "config|gett",
  "config|",
  "config|get|x",
  "select|0",
  "get|x",
  "get|a|b",
  "flushall",
  "flushal",
  "acl",
  "acl|setuser",
  "client|kill",
  "client",
  "debug|object",
  "script|load",
  "memory",
  "xgroup|create",
  "info",
  "eval",
  "shutdown",
  "dfly",
  "replicaof",
  "psync",
  "object|freq",
  "function|load",
  "|get",
  "|",
  "constructor",
  "__proto__",
  "hasownproperty",
  "ft.search",
  "json.get",
  "subscribe",
  "publish",
  "hello",
  "auth",
  "quit",
];

/** One rule: mostly one that some server takes. */
function rule(random: Random): string {
  switch (random.below(8)) {
    case 0:
    case 1:
      return random.pick(WORDS);
    case 2:
      return random.pick([">", "#", "<", "!"]) + random.pick([...HASHES, "secret", "p1", "p1", "other"]);
    case 3:
    case 4:
      return random.pick(SIGNS) + random.pick(PATTERNS);
    case 5:
      return random.pick(["+@", "-@", "+@", "@", "+ @"]) + random.pick(CATEGORIES);
    default:
      return random.pick(["+", "-"]) + random.pick(COMMANDS);
  }
}

/** The rules of one line, joined by one blank or, at times, by more. */
export function rules(random: Random): string {
  const count = random.pick([0, 1, 1, 2, 2, 3, 3, 4, 5, 7]);
  return Array.from({ length: count }, () => rule(random) + (random.oneIn(20) ? " " : "")).join(" ");
}

/** A line as somebody could have written it, for a user of this name. */
export function line(random: Random, name: string): string {
  const keyword = random.oneIn(40) ? random.pick(["USER", "User", "#user", "", "user ", "users"]) : "user";
  const indent = random.oneIn(30) ? random.pick([" ", "\t", "  "]) : "";
  const end = random.oneIn(20) ? random.pick([" ", "\r", "\t", " \r"]) : "";
  return `${indent}${keyword} ${name} ${rules(random)}${end}`;
}
