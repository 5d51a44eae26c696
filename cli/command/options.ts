import { Option, type Command } from "commander";
import type { DiscardedData } from "../../contract/siteRole";
import type { Epoch, Milliseconds, Seconds, SiteName } from "../../server/types";
import { parseDiscard, parseEpoch, parseList, parseMilliseconds, parseSeconds, parseSite } from "./parsers";

/**
 * One option of a command, stated once: its flag and help text, its type and what it is when it is not given. A
 * command's options struct (`OptionsOf`) and the tables of docs/commands.md follow from it.
 */
export interface OptionSpec<T> {
  /** As commander takes it: `--to <site>`. */
  readonly flags: string;
  readonly help: string;
  readonly required: boolean;
  /** What the struct holds where the option is not given. */
  readonly absent: T | null;
  /** The default as help and documents show it; null: none. */
  readonly shown: string | null;
  readonly parse: ((text: string) => T) | null;
  /** Given again, it adds to its list. */
  readonly repeats: boolean;
  readonly choices: readonly string[] | null;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec<unknown>>>;

/** What a command's `run` takes. */
export type OptionsOf<S extends OptionSpecs> = {
  readonly [K in keyof S]: S[K] extends OptionSpec<infer T> ? T : never;
};

const spec = <T>(flags: string, help: string, rest: Partial<OptionSpec<T>>): OptionSpec<T> => ({
  flags,
  help,
  required: false,
  absent: null,
  shown: null,
  parse: null,
  choices: null,
  repeats: false,
  ...rest,
});

/** A flag without a value: false unless given. */
export const flag = (flags: string, help: string): OptionSpec<boolean> => spec<boolean>(flags, help, { absent: false });

/** `--no-x`: true unless given. */
export const unless = (flags: string, help: string): OptionSpec<boolean> =>
  spec<boolean>(flags, help, { absent: true });

/** A flag that must be typed out. */
export const consent = (flags: string, help: string): OptionSpec<boolean> =>
  spec<boolean>(flags, help, { required: true, absent: false });

const required =
  <T>(parse: (text: string) => T) =>
  (flags: string, help: string): OptionSpec<T> =>
    spec(flags, help, { required: true, parse });
const optional =
  <T>(parse: (text: string) => T) =>
  (flags: string, help: string): OptionSpec<T | null> =>
    spec<T | null>(flags, help, { parse });
const defaulted =
  <T>(parse: (text: string) => T) =>
  (flags: string, help: string, shown: string): OptionSpec<T> =>
    spec(flags, help, { parse, shown, absent: parse(shown) });

export const site = required<SiteName>(parseSite);
export const optionalSite = optional<SiteName>(parseSite);
export const text = required<string>((given) => given);
export const optionalText = optional<string>((given) => given);
export const optionalList = optional<readonly string[]>(parseList);
export const optionalEpoch = optional<Epoch>(parseEpoch);
export const seconds = defaulted<Seconds>(parseSeconds);
export const milliseconds = defaulted<Milliseconds>(parseMilliseconds);

/** Empty unless given; may be given again and again. */
export const discard = (flags: string, help: string): OptionSpec<readonly DiscardedData[]> =>
  spec<readonly DiscardedData[]>(flags, help, { parse: parseDiscard, absent: [], repeats: true });

/** Several words after one flag; empty unless given. */
export const words = (flags: string, help: string): OptionSpec<readonly string[]> =>
  spec<readonly string[]>(flags, help, { absent: [] });

export const choice = <T extends string>(flags: string, help: string, choices: readonly T[], shown: T): OptionSpec<T> =>
  spec<T>(flags, help, { choices, shown, absent: shown });

/** Of every command that changes something. */
export const CHANGING = {
  dryRun: flag("--dry-run", "say what would be done, and change nothing"),
  timeout: milliseconds(
    "--timeout <time>",
    "for each wait that clients may feel: the old primary ready, the new one serving, each write",
    "15s",
  ),
} as const;

/** Of every command after which replicas catch up. */
export const following = (time: string) => ({
  wait: unless("--no-wait", "do not wait until the replicas follow in sync"),
  waitTimeout: milliseconds("--wait-timeout <time>", "for the replicas to follow in sync", time),
});

/** Adds the options to `command`; their names are the struct's keys. */
export function addOptions(command: Command, specs: OptionSpecs): void {
  for (const [name, each] of Object.entries(specs)) {
    const option = new Option(each.flags, each.help);
    if (option.attributeName() !== name)
      throw new Error(`option ${each.flags} is ${option.attributeName()}, its key is ${name}`);
    const { parse } = each;
    if (parse !== null) option.argParser(each.repeats ? collecting(parse) : (given) => parse(given));
    if (each.choices !== null) option.choices(each.choices);
    if (each.shown !== null) option.default(each.absent, each.shown);
    if (each.required) option.makeOptionMandatory();
    command.addOption(option);
  }
}

/** Commander hands over what the flag gave before. */
const collecting =
  (parse: (text: string) => unknown) =>
  (given: string, earlier: unknown): unknown =>
    [...(Array.isArray(earlier) ? (earlier as unknown[]) : []), parse(given)].flat();

/** The struct from what commander has read. */
export function readOptions<S extends OptionSpecs>(specs: S, given: Readonly<Record<string, unknown>>): OptionsOf<S> {
  const entries = Object.entries(specs).map(([name, { absent }]) => [name, given[name] ?? absent]);
  return Object.fromEntries(entries) as OptionsOf<S>;
}
