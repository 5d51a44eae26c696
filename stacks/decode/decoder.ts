import type { Problem } from "../../components/problems";

/** Reads one value: gives what it says, or undefined after having noted why it cannot. */
export type Decoder<T> = (raw: unknown, key: string, note: (problem: Problem) => void) => T | undefined;

const shown = (raw: unknown): string => {
  if (raw === null) return "nothing";
  if (Array.isArray(raw)) return "a list";
  return typeof raw === "object" ? "a map" : `${typeof raw} ${JSON.stringify(raw)}`;
};

const refused = (key: string, raw: unknown, wanted: string): Problem => ({
  key,
  problem: `is ${shown(raw)}`,
  remedy: `write ${wanted}`,
});

export const text: Decoder<string> = (raw, key, note) => {
  if (typeof raw === "string") return raw;
  note(refused(key, raw, "a text; quote it where it looks like something else"));
  return undefined;
};

/** Of numbers as YAML has them and as `pulumi config set` writes them. */
export const wholeNumber: Decoder<number> = (raw, key, note) => {
  const value = typeof raw === "string" && /^-?\d+$/.test(raw) ? Number(raw) : raw;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  note(refused(key, raw, "a whole number"));
  return undefined;
};

export const truth: Decoder<boolean> = (raw, key, note) => {
  if (raw === true || raw === "true") return true;
  if (raw === false || raw === "false") return false;
  note(refused(key, raw, "true or false"));
  return undefined;
};

export function oneOf<const T extends string>(...words: readonly T[]): Decoder<T> {
  return (raw, key, note) => {
    const found = words.find((word) => word === raw);
    if (found === undefined) note(refused(key, raw, words.map((word) => `"${word}"`).join(" or ")));
    return found;
  };
}

export function list<T>(item: Decoder<T>): Decoder<readonly T[]> {
  return (raw, key, note) => {
    if (!Array.isArray(raw)) {
      note(refused(key, raw, "a list"));
      return undefined;
    }
    const items = raw.map((each: unknown, at) => item(each, `${key}[${at}]`, note));
    return items.filter((each) => each !== undefined);
  };
}

const isMap = (raw: unknown): raw is Readonly<Record<string, unknown>> =>
  typeof raw === "object" && raw !== null && !Array.isArray(raw);

export const textMap: Decoder<Readonly<Record<string, string>>> = (raw, key, note) => {
  if (!isMap(raw)) {
    note(refused(key, raw, "a map of texts"));
    return undefined;
  }
  const entries = Object.entries(raw).map(([name, value]) => [name, text(value, `${key}.${name}`, note)] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
};

type Fields = Readonly<Record<string, Decoder<unknown>>>;
type Value<D> = D extends Decoder<infer T> ? T : never;
/** What a map with these fields says: the optional ones may be missing, and so may what could not be read. */
export type Decoded<R extends Fields, O extends Fields> = { readonly [K in keyof R]: Value<R[K]> } & {
  readonly [K in keyof O]?: Value<O[K]>;
};

/** The nearest known name, for a hint at a slip of the pen. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const plain = (word: string): string => word.toLowerCase().replace(/[^a-z0-9]/g, "");
  return (
    known.find((each) => plain(each) === plain(name)) ?? known.find((each) => distance(plain(each), plain(name)) <= 2)
  );
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Notes every name that is none of `known`. */
export function noteUnknown(
  path: (name: string) => string,
  given: readonly string[],
  known: readonly string[],
  note: (problem: Problem) => void,
): void {
  for (const name of given.filter((each) => !known.includes(each))) {
    const meant = nearest(name, known);
    note({
      key: path(name),
      problem: "is no key of this program",
      remedy: meant === undefined ? `remove it, or use one of ${known.join(", ")}` : `perhaps "${meant}" is meant`,
    });
  }
}

/** A map with the given fields and no others. Undefined when a required field is missing or cannot be read. */
export function map<R extends Fields, O extends Fields>(required: R, optional: O): Decoder<Decoded<R, O>> {
  const fields: Fields = { ...optional, ...required };
  return (raw, key, note) => {
    if (!isMap(raw)) {
      note(refused(key, raw, "a map"));
      return undefined;
    }
    noteUnknown((name) => `${key}.${name}`, Object.keys(raw), Object.keys(fields), note);
    const entries: [string, unknown][] = [];
    let whole = true;
    for (const [name, decode] of Object.entries(fields)) {
      const value = raw[name] === undefined ? undefined : decode(raw[name], `${key}.${name}`, note);
      if (value !== undefined) entries.push([name, value]);
      else if (name in required) {
        whole = false;
        if (raw[name] === undefined) note({ key: `${key}.${name}`, problem: "is missing", remedy: "write it" });
      }
    }
    // The loop above has read every field with its own decoder: that is what the type says.
    return whole ? (Object.fromEntries(entries) as Decoded<R, O>) : undefined;
  };
}
