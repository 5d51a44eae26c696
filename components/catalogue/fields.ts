import { isRecord } from "../../server/records";
import type { About, Default, Field, Fields, Group, Node, OptionalGroup, Settings, Siblings, Value } from "./node";
import { malformed, noteUnknown } from "./refusals";

/** "" and 0 are how a template or Pulumi.yaml says that nothing is given where nothing has to be. */
const isNothing = (raw: unknown): boolean => raw === undefined || raw === "" || raw === 0;

/** A setting that must be given. @param about `missing`: what to write, for the message. */
export const required = <T>(value: Value<T>, about: About & { readonly missing?: string }): Field<T> => ({
  is: "field",
  about,
  value: value as Value<unknown>,
  fallback: { kind: "required" },
  settle(raw, key, note) {
    if (!isNothing(raw)) return value.read(raw, key, note) ?? value.blank;
    note({ kind: "missing", key, problem: "is missing", remedy: about.missing ?? `write a ${value.name}` });
    return value.blank;
  },
  write: (settled: T) => value.write(settled),
});

/** A setting that may be absent, which is undefined then; "" and 0 mean the same. */
export const optional = <T>(value: Value<T>, about: About): Field<T | undefined> => ({
  is: "field",
  about,
  value: value as Value<unknown>,
  fallback: { kind: "none" },
  settle: (raw, key, note) => (isNothing(raw) ? undefined : value.read(raw, key, note)),
  write: (settled: T | undefined) => (settled === undefined ? undefined : value.write(settled)),
});

type WithDefault = About & {
  /** As it would be given; or computed from the settings before it in the same group. */
  readonly default: Default | ((siblings: Siblings) => Default);
  /** What the reference shows for a computed one. */
  readonly defaultShown?: string;
};

const defaultOf = (about: WithDefault, siblings: Siblings): Default =>
  typeof about.default === "function" ? (about.default as (siblings: Siblings) => Default)(siblings) : about.default;

/** A setting with a default. */
export const withDefault = <T>(value: Value<T>, about: WithDefault): Field<T> => ({
  is: "field",
  about,
  value: value as Value<unknown>,
  fallback: { kind: "default", shown: about.defaultShown ?? about.default },
  settle: (raw, key, note, siblings) => value.read(raw ?? defaultOf(about, siblings), key, note) ?? value.blank,
  write: (settled: T) => value.write(settled),
});

/** A setting with a default that can be turned off, by "" or 0: undefined then. */
export const orOff = <T>(value: Value<T>, about: WithDefault & { readonly off: "" | 0 }): Field<T | undefined> => ({
  ...withDefault(value, about),
  off: about.off,
  settle(raw, key, note, siblings) {
    const given = raw ?? defaultOf(about, siblings);
    return given === about.off || given === String(about.off) ? undefined : value.read(given, key, note);
  },
  // Absent would mean the default.
  write: (settled: T | undefined) => (settled === undefined ? about.off : value.write(settled)),
});

function settleFields<F extends Fields>(
  fields: F,
  raw: unknown,
  path: string,
  note: Parameters<Node<unknown>["settle"]>[2],
) {
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  if (raw !== undefined && !isRecord(raw)) note(malformed(path, raw, "a map"));
  const given = isRecord(raw) ? raw : {};
  noteUnknown(at, Object.keys(given), Object.keys(fields), note);
  const settled: Record<string, unknown> = {};
  for (const [name, node] of Object.entries(fields)) settled[name] = node.settle(given[name], at(name), note, settled);
  // The loop has settled every field by its own node: that is what the type says.
  return settled as Settings<F>;
}

const writeFields = <F extends Fields>(fields: F, settled: Settings<F>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(fields)
      .map(([name, node]) => [name, node.write(settled[name])] as const)
      .filter(([, written]) => written !== undefined),
  );

/** Settings below one name; each has its own default, so that the group need not be given. */
export const group = <F extends Fields>(typeName: string, about: About, fields: F): Group<F> => ({
  is: "group",
  about,
  typeName,
  fields,
  settle: (raw, key, note) => settleFields(fields, raw, key, note),
  write: (settled: Settings<F>) => writeFields(fields, settled),
});

/** Settings that are given together or not at all; undefined then. */
export const optionalGroup = <F extends Fields>(inner: Group<F>): OptionalGroup<F> => ({
  is: "optional group",
  about: inner.about,
  group: inner,
  settle: (raw, key, note, siblings) =>
    raw === undefined || raw === null ? undefined : inner.settle(raw, key, note, siblings),
  write: (settled: Settings<F> | undefined) => (settled === undefined ? undefined : inner.write(settled)),
});

/** Those of the settings that the group has: what a larger group adds is left out. */
export function keep<F extends Fields>(own: Group<F>, settled: Settings<F>): Settings<F> {
  const of = (node: Node<unknown>, value: unknown): unknown => {
    const inner = "fields" in node ? node : "group" in node ? node.group : undefined;
    return inner === undefined || !isRecord(value) ? value : keep(inner as Group<Fields>, value);
  };
  return Object.fromEntries(
    Object.entries(own.fields).map(([name, node]) => [name, of(node, settled[name])]),
  ) as Settings<F>;
}

/** A group's settings where nothing is given; what must be given is blank. */
export const defaultsOf = <F extends Fields>(own: Group<F>): Settings<F> =>
  own.settle(undefined, "", () => undefined, {});
