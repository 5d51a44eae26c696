import type { Engine } from "../../server/types";
import type { Variable } from "./environment";
import type { FlagValue } from "./flags";
import { isList, peek, Unknown, type Value } from "./value";
import type { Container } from "./workload";

/** A word of a command line as far as it is known. */
export type Argument = string | FlagValue;

export interface CommandLine {
  /** The file that Redis is started with, where it is named. */
  readonly configFile: Argument | undefined;
  readonly named: readonly { readonly name: string; readonly value: Argument }[];
}

/** A word of which only the flag's name is known, if that. */
interface Hidden {
  readonly flag: string | undefined;
  readonly value: FlagValue;
}
type Token = string | Hidden;

const UNKNOWN: FlagValue = { from: "unknown" };
/** Shells in front of a server: their one argument is a command line. */
const SHELL_SWITCH = /^-[a-z]*c$/;
const SERVER = /(^|\/)(redis|valkey|keydb)-server$|(^|\/)dragonfly$/;

/** The words after the server's program, variables filled in. */
export function commandLine(
  engine: Engine,
  container: Container,
  variables: ReadonlyMap<string, Variable>,
): CommandLine {
  const command = listOrNone(container.body, "command");
  const written = [...command, ...listOrNone(container.body, "args")];
  const isShell = written.some((word) => typeof word === "string" && SHELL_SWITCH.test(word));
  const tokens = written.flatMap((word): Token[] => {
    if (typeof word !== "string") return [{ flag: undefined, value: UNKNOWN }];
    const filled = fill(word, variables, /\$\$|\$\(([\w.-]+)\)/g);
    if (!isShell || typeof filled !== "string") return [filled];
    return shellWords(filled).map((part) => fill(part, variables, /\$\$|\$\{?(\w+)\}?/g));
  });
  const program = tokens.findIndex((token) => typeof token === "string" && SERVER.test(token));
  const after = tokens.slice(program + 1);
  const end = isShell ? after.findIndex((token) => typeof token === "string" && /^[;&|]/.test(token)) : -1;
  return parse(engine, end < 0 ? after : after.slice(0, end), program >= 0 || command.length === 0);
}

/** Words of a shell's command line, without their quotes; what separates commands is a word of its own. */
const shellWords = (text: string): string[] =>
  (text.match(/(?:"[^"]*"|'[^']*'|[^\s;&|"'])+|[;&|]+/g) ?? []).map((word) => word.replace(/["']/g, ""));

/** Fills in variables; one that is a Secret's stands alone, or the word is not known. */
function fill(word: string, variables: ReadonlyMap<string, Variable>, pattern: RegExp): Token {
  let hidden: FlagValue | undefined;
  const filled = word.replace(pattern, (mark, name: string | undefined) => {
    if (name === undefined) return "$";
    const known = variables.get(name);
    if (known === undefined) return mark;
    if (known.from === "plain") return known.value;
    hidden = known.from === "secret" ? { ...known, variable: name } : UNKNOWN;
    return "";
  });
  if (hidden === undefined) return filled;
  const flag = /^--?([A-Za-z][\w.-]*)[=\s]/.exec(word)?.[1];
  const isWhole = filled === "" || (flag !== undefined && /[=\s]$/.test(filled) && filled.length <= flag.length + 3);
  return { flag, value: isWhole ? hidden : UNKNOWN };
}

function parse(engine: Engine, tokens: readonly Token[], isServers: boolean): CommandLine {
  const named: { name: string; value: Argument }[] = [];
  const [first] = tokens;
  const hasFile = engine === "redis" && isServers && first !== undefined && !isFlag(first) && first !== "-";
  for (let at = hasFile ? 1 : 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token !== undefined && typeof token !== "string") {
      if (token.flag !== undefined) named.push({ name: token.flag, value: token.value });
      continue;
    }
    if (token === undefined || !isFlag(token) || SHELL_SWITCH.test(token)) continue;
    const bare = token.replace(/^--?/, "");
    // A flag and its value may be one word, with a blank between them.
    const equals = bare.search(/[=\s]/);
    if (equals >= 0) {
      named.push({ name: bare.slice(0, equals), value: bare.slice(equals + 1) });
      continue;
    }
    const values: Token[] = [];
    for (let next = tokens[at + 1]; next !== undefined && !/^--[A-Za-z]/.test(textOf(next)); next = tokens[at + 1]) {
      values.push(next);
      at += 1;
    }
    const hidden = values.find((value) => typeof value !== "string");
    const value = typeof hidden === "object" ? (values.length === 1 ? hidden.value : UNKNOWN) : undefined;
    named.push({ name: bare, value: value ?? (values.length === 0 ? "true" : values.join(" ")) });
  }
  const file = typeof first === "object" ? first.value : first;
  return { configFile: hasFile ? file : undefined, named };
}

const textOf = (argument: Token): string => (typeof argument === "string" ? argument : "");
const isFlag = (argument: Token): boolean => /^--?[A-Za-z]/.test(textOf(argument));

function listOrNone(body: Value, key: string): readonly Value[] {
  const found = peek(body, key);
  return isList(found) ? found : found instanceof Unknown ? [found] : [];
}
