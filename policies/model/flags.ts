import type { Engine } from "../../server/types";
import { commandLine, type Argument } from "./commandLine";
import { directives } from "./configFile";
import { environmentOf, type Variable } from "./environment";
import { mountedFile, type Place } from "./mountedFile";
import { Unreadable } from "./value";

/** Where a flag's value comes from. */
export type FlagValue =
  /** `all`: each value of a flag that is given several times. */
  | { readonly from: "args" | "file"; readonly value: string; readonly all: readonly string[] }
  | { readonly from: "env"; readonly variable: string; readonly value: string }
  | { readonly from: "secret"; readonly variable: string; readonly secret: string; readonly key: string }
  | { readonly from: "unknown" };

export type Flags = ReadonlyMap<string, FlagValue>;

/** The flags of a server some of which cannot be read: asking for one that is not known ends the judgement. */
export class UnknownFlags extends Map<string, FlagValue> {
  constructor(private readonly why: string) {
    super();
  }

  /** @throws Unreadable */
  override get(name: string): FlagValue | undefined {
    if (!super.has(name)) throw new Unreadable(`${this.why} cannot be read`);
    return super.get(name);
  }

  /** @throws Unreadable */
  override has(name: string): boolean {
    if (!super.has(name)) throw new Unreadable(`${this.why} cannot be read`);
    return true;
  }
}

const FILES_DEEP = 8;

/**
 * The flags that a server is started with, by name without dashes: from its environment (`DFLY_name`), the
 * configuration files that it names, and its arguments; a later one wins. A flag without a value is "true".
 */
export function flags(engine: Engine, place: Place): Flags {
  const variables = environmentOf(place);
  const found = new Map<string, FlagValue>();
  const unread: string[] = [];
  for (const [name, variable] of variables)
    if (engine === "dragonfly" && name.startsWith("DFLY_")) found.set(name.slice(5), ofVariable(name, variable));
  const { configFile, named } = commandLine(engine, place.container, variables);
  const read = (path: Argument, depth: number): void => {
    const file = typeof path === "string" ? mountedFile(place, path) : undefined;
    if (file?.state !== "known" || depth > FILES_DEEP)
      return void unread.push(`the configuration file of container ${place.container.name}`);
    for (const { name, values } of directives(engine, file.text)) {
      if (name === (engine === "redis" ? "include" : "flagfile")) read(values[0] ?? "", depth + 1);
      else found.set(name, joined(found.get(name), "file", values.length === 0 ? "true" : quoted(values)));
    }
  };
  const byEnvironment = found.get("flagfile");
  if (byEnvironment?.from === "env") read(byEnvironment.value, 0);
  if (configFile !== undefined) read(configFile, 0);
  for (const { name, value } of named) {
    if (typeof value !== "string") found.set(name, value);
    else if (name === "flagfile") read(value, 0);
    else found.set(name, joined(found.get(name), "args", value));
  }
  const [first] = unread;
  if (first === undefined) return found;
  const partial = new UnknownFlags(first);
  for (const [name, value] of found) partial.set(name, value);
  return partial;
}

/** Values of a directive as one text, of which Redis' own way of splitting makes the same again. */
const quoted = (values: readonly string[]): string =>
  values.map((value) => (value === "" || /[\s"']/.test(value) ? JSON.stringify(value) : value)).join(" ");

function joined(earlier: FlagValue | undefined, from: "args" | "file", value: string): FlagValue {
  const known = earlier?.from === "args" || earlier?.from === "file" ? earlier.all : [];
  return { from, value, all: [...known, value] };
}

function ofVariable(name: string, variable: Variable): FlagValue {
  if (variable.from === "plain") return { from: "env", variable: name, value: variable.value };
  return variable.from === "secret" ? { ...variable, variable: name } : { from: "unknown" };
}

/** A flag's value where it is written in plain; undefined where it is absent, secret or unknown. */
export function plainFlag(of: Flags, name: string): string | undefined {
  const found = of.get(name);
  return found === undefined || found.from === "secret" || found.from === "unknown" ? undefined : found.value;
}

/** Every value of a flag that may be given several times, such as Redis' user. */
export function listFlag(of: Flags, name: string): readonly string[] {
  const found = of.get(name);
  return found?.from === "args" || found?.from === "file" ? found.all : [];
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
