import { isRecord } from "../../server/records";
import { ParseError } from "../../server/parseError";
import type { Fields, Group, Settings, Value } from "./node";
import { malformed } from "./refusals";

const asIs = <T>(value: T): T => value;

/** Any text. */
export const text: Value<string> = {
  name: "text",
  given: "string",
  blank: "",
  read(raw, key, note) {
    if (typeof raw === "string") return raw;
    note(malformed(key, raw, "a text; quote it where it looks like something else"));
    return undefined;
  },
  write: asIs,
};

/** A text of a form of its own. @param parse throws ParseError when it cannot read the text. */
export const parsed = <T>(
  name: string,
  parse: (text: string) => T,
  write: (value: T) => string,
  blank: T,
): Value<T> => ({
  name,
  given: "string",
  blank,
  read(raw, key, note) {
    const written = text.read(raw, key, note);
    if (written === undefined) return undefined;
    try {
      return parse(written);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      note({ kind: "malformed", key, problem: error.problem, remedy: error.remedy });
      return undefined;
    }
  },
  write,
});

/** A text that a test accepts. @param problem what is wrong with one that it does not. */
export const matching = (
  name: string,
  accepts: (text: string) => boolean,
  problem: (text: string) => string,
  remedy: string,
): Value<string> =>
  parsed(
    name,
    (written) => {
      if (!accepts(written)) throw new ParseError(problem(written), remedy);
      return written;
    },
    asIs,
    "",
  );

/** Of numbers as YAML has them and as `pulumi config set` writes them. */
export const wholeNumber = (least: number, most: number): Value<number> => ({
  name: `whole number from ${least} to ${most}`,
  given: "number",
  blank: least,
  read(raw, key, note) {
    const value = typeof raw === "string" && /^-?\d+$/.test(raw) ? Number(raw) : raw;
    if (typeof value !== "number" || !Number.isSafeInteger(value)) {
      note(malformed(key, raw, "a whole number"));
      return undefined;
    }
    if (value >= least && value <= most) return value;
    const problem = `${value} is no whole number from ${least} to ${most}`;
    note({ kind: "malformed", key, problem, remedy: "choose one that is" });
    return undefined;
  },
  write: asIs,
});

export const boolean: Value<boolean> = {
  name: "true or false",
  given: "boolean",
  blank: false,
  read(raw, key, note) {
    if (raw === true || raw === "true") return true;
    if (raw === false || raw === "false") return false;
    note(malformed(key, raw, "true or false"));
    return undefined;
  },
  write: asIs,
};

export function oneOf<const T extends string>(first: T, ...others: readonly T[]): Value<T> {
  const words = [first, ...others];
  const name = words.map((word) => `"${word}"`).join(" or ");
  return {
    name,
    given: words.map((word) => `"${word}"`).join(" | "),
    blank: first,
    read(raw, key, note) {
      const found = words.find((word) => word === raw);
      if (found === undefined) note(malformed(key, raw, name));
      return found;
    },
    write: asIs,
  };
}

/** @param least of how many items. */
export const list = <T>(item: Value<T>, { least = 0 }: { readonly least?: number } = {}): Value<readonly T[]> => ({
  name: `list of: ${item.name}`,
  given: `readonly ${/[ |<]/.test(item.given) ? `(${item.given})` : item.given}[]`,
  blank: [],
  items: item as Value<unknown>,
  read: (raw, key, note) => {
    if (!Array.isArray(raw) || raw.length < least) {
      note(malformed(key, raw, least === 0 ? "a list" : "a list that is not empty"));
      return undefined;
    }
    // A blank keeps the place of an item that cannot be read: the others are named by theirs.
    return raw.map((each: unknown, at) => item.read(each, `${key}[${at}]`, note) ?? item.blank);
  },
  write: (items) => items.map((each) => item.write(each)),
});

/** A list of maps. */
export const listOf = <F extends Fields>(item: Group<F>): Value<readonly Settings<F>[]> => ({
  name: "list of maps",
  given: `readonly ${item.typeName}Input[]`,
  blank: [],
  items: item as unknown as Group<Fields>,
  read: (raw, key, note) => {
    if (Array.isArray(raw)) return raw.map((each: unknown, at) => item.settle(each ?? null, `${key}[${at}]`, note, {}));
    note(malformed(key, raw, "a list"));
    return undefined;
  },
  write: (items) => items.map((each) => item.write(each)),
});

/** Names that the user chooses, each with a text. What is undefined counts as absent. */
export const textMap = (names: string): Value<Readonly<Record<string, string>>> => ({
  name: `map of ${names}`,
  given: "Readonly<Record<string, string | undefined>>",
  blank: {},
  read(raw, key, note) {
    if (!isRecord(raw)) {
      note(malformed(key, raw, "a map of texts"));
      return undefined;
    }
    return Object.fromEntries(
      Object.entries(raw)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, text.read(value, `${key}.${name}`, note) ?? ""]),
    );
  },
  write: (map) => ({ ...map }),
});
