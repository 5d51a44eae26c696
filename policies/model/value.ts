/**
 * The properties of a resource as plain data in which what Pulumi cannot know yet stays visible. Reading an unknown
 * throws {@link UnknownValue}; a rule that meets one says that it could not judge, rather than raise a false alarm.
 */

/** Stands where a value is not known before the update. */
export class Unknown {
  private readonly kind = "unknown";
  static readonly value = new Unknown();
  toJSON(): string {
    return `<${this.kind}>`;
  }
}

export type Value = null | boolean | number | string | Unknown | readonly Value[] | ValueMap;
export interface ValueMap {
  readonly [key: string]: Value;
}

/** Thrown on reading what is not known yet; `path` says which property, never what is in it. */
export class UnknownValue extends Error {
  constructor(readonly path: string) {
    super(`${path || "the properties"} cannot be known yet`);
  }
}

/** Thrown on something that is there and that this program does not compute; the message says what and why. */
export class Unreadable extends UnknownValue {
  constructor(why: string) {
    super("");
    this.message = why;
  }
}

/** Pulumi's marks for an unknown boolean, number, string, array, asset, archive and object, in this order. */
const UNKNOWN_MARKS = [
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];
/** What `pulumi policy analyze --file` puts in the place of a secret that it cannot decrypt, whatever its type. */
const REDACTED = "[secret]";
/** Pulumi's envelope for a secret in JSON: `{[SIGNATURE]: SECRET, value}`. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

export const isMap = (value: Value | undefined): value is ValueMap =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);

/** Properties made plain, and the dotted paths at which Pulumi's secret envelope stood. */
export interface Plain {
  readonly value: Value;
  readonly secretPaths: ReadonlySet<string>;
}

/**
 * Takes properties from anywhere (a file, the mock monitor, the engine's proxies, which throw on reading an unknown).
 * What is no data (functions, undefined) is left out.
 */
export function plain(raw: unknown): Plain {
  const secretPaths = new Set<string>();
  return { value: copy(raw, "", secretPaths) ?? null, secretPaths };
}

function copy(raw: unknown, path: string, secretPaths: Set<string>): Value | undefined {
  if (raw === null || typeof raw === "boolean" || typeof raw === "number") return raw;
  if (typeof raw === "string")
    return raw === REDACTED || UNKNOWN_MARKS.some((mark) => raw.includes(mark)) ? Unknown.value : raw;
  if (raw instanceof Unknown) return raw;
  if (typeof raw !== "object") return undefined;
  if (Array.isArray(raw)) return Array.from({ length: raw.length }, (_, i) => read(raw, i, path, secretPaths) ?? null);
  const keys = Object.keys(raw);
  if (keys.includes(SIGNATURE) && (raw as Record<string, unknown>)[SIGNATURE] === SECRET) {
    secretPaths.add(path);
    return read(raw, "value", path, secretPaths, path) ?? Unknown.value;
  }
  const entries: [string, Value][] = [];
  for (const key of keys) {
    const value = read(raw, key, path, secretPaths);
    if (value !== undefined) entries.push([key, value]);
  }
  return Object.fromEntries(entries);
}

function read(
  owner: object,
  key: string | number,
  path: string,
  secretPaths: Set<string>,
  as = join(path, key),
): Value | undefined {
  let field: unknown;
  try {
    field = (owner as Record<string | number, unknown>)[key];
  } catch {
    // The engine's proxy: the only thing it throws on reading is that the value is unknown.
    return Unknown.value;
  }
  return copy(field, as, secretPaths);
}

export const join = (path: string, key: string | number): string =>
  typeof key === "number" ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;

/**
 * The value at a path; undefined where there is none.
 * @throws UnknownValue when it, or anything on the way, is not known.
 */
export function at(value: Value | undefined, ...path: readonly (string | number)[]): Value | undefined {
  let here = value;
  let walked = "";
  for (const key of path) {
    if (here instanceof Unknown) throw new UnknownValue(walked);
    walked = join(walked, key);
    if (typeof key === "number") here = isList(here) ? here[key] : undefined;
    else here = isMap(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  }
  if (here instanceof Unknown) throw new UnknownValue(walked);
  return here;
}

/** As {@link at}, but an unknown is handed back as {@link Unknown} instead of thrown. */
export function peek(value: Value | undefined, ...path: readonly (string | number)[]): Value | undefined {
  try {
    return at(value, ...path);
  } catch (error) {
    if (error instanceof UnknownValue) return Unknown.value;
    throw error;
  }
}

/** @throws UnknownValue as {@link at}. A value of another type counts as absent in all of these. */
export const text = (value: Value | undefined, ...path: readonly (string | number)[]): string | undefined => {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
};
export const list = (value: Value | undefined, ...path: readonly (string | number)[]): readonly Value[] => {
  const found = at(value, ...path);
  return isList(found) ? found : [];
};
export const map = (value: Value | undefined, ...path: readonly (string | number)[]): ValueMap => {
  const found = at(value, ...path);
  return isMap(found) ? found : {};
};

/** Whether anything inside is unknown; the first such path, or undefined. */
export function firstUnknown(value: Value | undefined, path = ""): string | undefined {
  if (value instanceof Unknown) return path;
  if (isList(value)) {
    for (const [i, item] of value.entries()) {
      const found = firstUnknown(item, join(path, i));
      if (found !== undefined) return found;
    }
  } else if (isMap(value)) {
    for (const [key, item] of Object.entries(value)) {
      const found = firstUnknown(item, join(path, key));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** A map of strings such as labels; numbers and booleans are written out, the rest left out. */
export function strings(value: ValueMap): Readonly<Record<string, string>> {
  const entries: [string, string][] = [];
  for (const key of Object.keys(value)) {
    const found = at(value, key);
    if (typeof found === "string" || typeof found === "number" || typeof found === "boolean")
      entries.push([key, String(found)]);
  }
  return Object.fromEntries(entries);
}
