import type { Schema } from "./schema";
import { isRecord } from "../server/records";

/**
 * One description of a value from which follow its TypeScript type (`Value<typeof x>`), its schema for the API server,
 * and how it is read from JSON that another process, maybe of another version, has written. The rule for versions is
 * docs/architecture.md#versions: fields that are not known pass; what is missing has the value that its description
 * gives, or is a problem.
 */
export interface Description<T> {
  readonly schema: Schema;
  /** @param at - the value's place, for messages. */
  read(value: unknown, at: string): Reading<T>;
  /** The value of a field that is missing; without it a missing field is a problem. */
  readonly missing?: { readonly value: T };
  /** The field may be left out of what is written, too. */
  readonly optional?: boolean;
}
export interface Optional<T> extends Description<T> {
  readonly optional: true;
}
export type Value<D> = D extends Description<infer T> ? T : never;

type Fields = Readonly<Record<string, Description<unknown>>>;
type OptionalKeys<F> = { [K in keyof F]: F[K] extends { readonly optional: true } ? K : never }[keyof F];
// Through Pick, not `as`: only so does the comment at a field stay what an editor shows for it.
type Values<F> = { readonly [K in keyof F]: Value<F[K]> };
type Parts<F> = Values<Pick<F, Exclude<keyof F, OptionalKeys<F>>>> & Partial<Values<Pick<F, OptionalKeys<F>>>>;
/** Spelled out: an editor shows fields, not how they came about. */
type ObjectOf<F> = Parts<F> extends infer O ? { readonly [K in keyof O]: O[K] } : never;

/** What reading gave: the value, or every problem with it, each with its place. */
export type Reading<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly string[] };

/** A word that this version does not know, from a process of a newer one. It equals none of those that it knows. */
declare const other: unique symbol;
export type OtherWord = string & { readonly [other]: true };

export const good = <T>(value: T): Reading<T> => ({ ok: true, value });
export const wrong = (at: string, problem: string): Reading<never> => ({
  ok: false,
  problems: [at === "" ? problem : `${at}: ${problem}`],
});
const inside = (at: string, name: string): string => (at === "" ? name : `${at}.${name}`);

/** Shows at most the beginning of what was there, and never an object: a message is no place for contents. */
function shown(value: unknown): string {
  if (value === undefined) return "is missing";
  if (value === null) return "is null";
  if (Array.isArray(value)) return "is a list";
  if (typeof value === "object") return "is an object";
  return `is ${JSON.stringify(value).slice(0, 60)}`;
}

/** @param accepts - decides what may stand there, `what` says it. */
export const leaf = <T>(schema: Schema, what: string, accepts: (value: unknown) => value is T): Description<T> => ({
  schema,
  read: (value, at) => (accepts(value) ? good(value) : wrong(at, `${shown(value)}, not ${what}`)),
});

export const text: Description<string> = leaf({ type: "string" }, "a text", (v) => typeof v === "string");
export const flag: Description<boolean> = leaf({ type: "boolean" }, "true or false", (v) => typeof v === "boolean");
export const decimal: Description<number> = leaf({ type: "number" }, "a number", (v): v is number =>
  Number.isFinite(v),
);
export const count: Description<number> = leaf(
  { type: "integer", format: "int64", minimum: 0 },
  "a whole number of at least 0",
  (v): v is number => Number.isSafeInteger(v) && Number(v) >= 0,
);

/** Whatever stands there; for what is read in a second step. */
export const anything: Description<unknown> = { schema: { type: "object" }, read: (value) => good(value) };

/** One of these words; any other is refused by name. */
export const word = <const W extends string>(words: readonly W[]): Description<W> =>
  leaf({ type: "string", enum: [...words] }, `known to this version (${words.join(", ")})`, (v): v is W =>
    words.some((w) => w === v),
  );

/** One of these words, or one of a newer version; the type tells them apart. */
export const openWord = <const W extends string>(_words: readonly W[]): Description<W | OtherWord> => ({
  schema: { type: "string" },
  read: (value, at) =>
    typeof value === "string" ? good(value as W | OtherWord) : wrong(at, `${shown(value)}, not a text`),
});

/** A word that is not known is read as `otherwise`. */
export const wordOr = <const W extends string>(words: readonly W[], otherwise: NoInfer<W>): Description<W> => ({
  schema: { type: "string" },
  read: (value, at) =>
    typeof value === "string"
      ? good(words.find((w) => w === value) ?? otherwise)
      : wrong(at, `${shown(value)}, not a text`),
});

export const list = <T>(item: Description<T>): Description<readonly T[]> => ({
  schema: { type: "array", items: item.schema },
  read(value, at) {
    if (!Array.isArray(value)) return wrong(at, `${shown(value)}, not a list`);
    const read = value.map((each, i) => item.read(each, `${at}[${i}]`));
    const problems = read.flatMap((each) => (each.ok ? [] : each.problems));
    return problems.length > 0 ? { ok: false, problems } : good(read.flatMap((each) => (each.ok ? [each.value] : [])));
  },
});

export const nullable = <T>(inner: Description<T>): Description<T | null> => ({
  schema: { ...inner.schema, nullable: true },
  read: (value, at) => (value === null ? good(null) : inner.read(value, at)),
});

/** The value, or null where there is none; null too where the field is missing: the API server drops nulls. */
export const orNull = <T>(inner: Description<T>): Description<T | null> => or(nullable(inner), null);
/** `value` where the field is missing: an older version did not write it. */
export const or = <T>(inner: Description<T>, value: T): Description<T> => ({ ...inner, missing: { value } });
export const optional = <T>(inner: Description<T>): Optional<T> => ({ ...inner, optional: true });

/** Of `value`, changed in its schema only. */
export const withSchema = <D extends Description<unknown>>(inner: D, changes: Partial<Schema>): D => ({
  ...inner,
  schema: { ...inner.schema, ...changes },
});
export const described = <D extends Description<unknown>>(inner: D, description: string): D =>
  withSchema(inner, { description });

/** Each field as described; null stands for a missing optional one. Fields that are not described are kept. */
export function object<F extends Fields>(fields: F): Description<ObjectOf<F>> {
  const required = Object.keys(fields).filter((name) => {
    const field = fields[name];
    return field?.optional !== true && field?.missing === undefined;
  });
  const properties = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.schema]));
  return {
    // The API server drops an empty list: one that was sent would be a change in every preview.
    schema: { type: "object", properties, ...(required.length === 0 ? {} : { required }) },
    read(value, at) {
      if (!isRecord(value)) return wrong(at, `${shown(value)}, not an object`);
      const whole: Record<string, unknown> = { ...value };
      const problems: string[] = [];
      for (const [name, field] of Object.entries(fields)) {
        const given = whole[name];
        if (given === undefined || (given === null && field.optional === true)) {
          delete whole[name];
          if (field.missing !== undefined) whole[name] = field.missing.value;
          else if (field.optional !== true) problems.push(`${inside(at, name)}: is missing`);
          continue;
        }
        const reading = field.read(given, inside(at, name));
        if (reading.ok) whole[name] = reading.value;
        else problems.push(...reading.problems);
      }
      return problems.length > 0 ? { ok: false, problems } : good(whole as ObjectOf<F>);
    },
  };
}

/** What a guard reports: the reader may need a field, the API server requires none, for guards of other versions. */
export function report<F extends Fields>(fields: F): Description<ObjectOf<F>> {
  const { schema, read } = object(fields);
  return { schema: { type: schema.type, ...(schema.properties && { properties: schema.properties }) }, read };
}
