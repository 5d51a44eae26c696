import type { Container } from "./workload";
import { isList, list, peek, Unknown, Unreadable, type Value } from "./value";

/** Where a flag's value comes from. */
export type FlagValue =
  /** `all`: each value of a flag that is given several times. */
  | { readonly from: "args"; readonly value: string; readonly all?: readonly string[] }
  | { readonly from: "env"; readonly variable: string; readonly value: string }
  | { readonly from: "secret"; readonly variable: string; readonly secret: string; readonly key: string }
  | { readonly from: "unknown" };

export type Flags = ReadonlyMap<string, FlagValue>;

/** The flags of a server of which it is not known how it is started: asking for one ends the judgement. */
export class UnknownFlags extends Map<string, FlagValue> {
  constructor(private readonly why: string) {
    super();
  }

  /** @throws Unreadable */
  override get(): FlagValue | undefined {
    throw new Unreadable(`${this.why} cannot be read`);
  }

  /** @throws Unreadable */
  override has(): boolean {
    throw new Unreadable(`${this.why} cannot be read`);
  }
}

/** Shells in front of a server: their one argument is split at blanks, which is enough to see its flags. */
const SHELL_SWITCH = /^-[a-z]*c$/;

/**
 * The flags a server is started with, by name without dashes. Dragonfly takes `--name=value`, `--name value` and
 * `DFLY_name` from the environment; Redis takes `--name value …`. A flag without a value is "true". The last wins,
 * and args win over the environment.
 */
export function flags(container: Container): Flags {
  const found = new Map<string, FlagValue>();
  for (const variable of list(container.body, "env")) {
    const name = peek(variable, "name");
    if (typeof name === "string" && name.startsWith("DFLY_"))
      found.set(name.slice("DFLY_".length), environment(name, variable));
  }
  const written = [...listOrNone(container.body, "command"), ...listOrNone(container.body, "args")];
  for (const [name, value] of parse(written)) {
    const earlier = found.get(name);
    const isFurther = value.from === "args" && earlier?.from === "args";
    found.set(name, isFurther ? { ...value, all: [...(earlier.all ?? [earlier.value]), value.value] } : value);
  }
  return found;
}

function environment(name: string, variable: Value): FlagValue {
  const value = peek(variable, "value");
  if (typeof value === "string") return { from: "env", variable: name, value };
  const secret = peek(variable, "valueFrom", "secretKeyRef");
  if (secret instanceof Unknown || value instanceof Unknown) return { from: "unknown" };
  const key = peek(secret, "key");
  const of = peek(secret, "name");
  return typeof of === "string" && typeof key === "string"
    ? { from: "secret", variable: name, secret: of, key }
    : { from: "unknown" };
}

function listOrNone(body: Value, key: string): readonly Value[] {
  const found = peek(body, key);
  return isList(found) ? found : found instanceof Unknown ? [found] : [];
}

function* parse(written: readonly Value[]): Iterable<[string, FlagValue]> {
  const split = written.some((word) => typeof word === "string" && SHELL_SWITCH.test(word));
  const tokens = written.flatMap((word) =>
    split && typeof word === "string" ? word.split(/\s+/).filter((part) => part !== "") : [word],
  );
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (typeof token !== "string" || !/^--?[A-Za-z]/.test(token) || SHELL_SWITCH.test(token)) continue;
    const bare = token.replace(/^--?/, "");
    const equals = bare.indexOf("=");
    if (equals >= 0) {
      yield [bare.slice(0, equals), { from: "args", value: bare.slice(equals + 1) }];
      continue;
    }
    const values: string[] = [];
    let unknown = false;
    for (let next = tokens[i + 1]; next !== undefined && !isFlag(next); next = tokens[++i + 1]) {
      if (typeof next === "string") values.push(next);
      else unknown = true;
    }
    yield [
      bare,
      unknown ? { from: "unknown" } : { from: "args", value: values.length === 0 ? "true" : values.join(" ") },
    ];
  }
}

const isFlag = (word: Value): boolean => typeof word === "string" && /^--[A-Za-z]/.test(word);
/** A flag's value where it is written in plain; undefined where it is absent, secret or unknown. */
export function plainFlag(of: Flags, name: string): string | undefined {
  const found = of.get(name);
  return found?.from === "args" || found?.from === "env" ? found.value : undefined;
}

/** Every value of a flag that may be given several times, such as Redis' user. */
export function listFlag(of: Flags, name: string): readonly string[] {
  const found = of.get(name);
  return found?.from === "args" ? (found.all ?? [found.value]) : [];
}

/** Absl's and Redis's words for a boolean; undefined where the flag is absent or no boolean. */
export function booleanFlag(of: Flags, name: string): boolean | undefined {
  const word = plainFlag(of, name)?.toLowerCase();
  if (word === undefined) return of.has(`no${name}`) ? false : undefined;
  if (["true", "yes", "1", "t", "y"].includes(word)) return true;
  return ["false", "no", "0", "f", "n"].includes(word) ? false : undefined;
}

/** Where messages say a flag comes from, never its value. */
export function origin(of: Flags, name: string): string {
  const found = of.get(name);
  return found?.from === "env" || found?.from === "secret" ? found.variable : `--${name}`;
}
