import { splitArguments } from "../../server/acl/selectors";
import type { Engine } from "../../server/types";

/** One setting of a configuration file: its name in lower case, and its values. */
export interface Directive {
  readonly name: string;
  readonly values: readonly string[];
}

/** Redis' configuration file, or Dragonfly's file of flags. */
export const directives = (engine: Engine, text: string): readonly Directive[] =>
  text.split("\n").flatMap((raw): Directive[] => {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) return [];
    return engine === "redis" ? redisDirective(line) : flagLine(line);
  });

function redisDirective(line: string): Directive[] {
  const [name, ...values] = splitArguments(line) ?? [];
  return name === undefined ? [] : [{ name: name.toLowerCase(), values }];
}

function flagLine(line: string): Directive[] {
  const [, name, value] = /^--?([A-Za-z]\w*)(?:[=\s]\s*(.*))?$/s.exec(line) ?? [];
  return name === undefined ? [] : [{ name, values: value === undefined ? [] : [value] }];
}
