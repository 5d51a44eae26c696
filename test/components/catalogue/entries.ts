import type { Effect } from "../../../components/catalogue/effects";
import type { AnyNode, Field, Fields, Group, Node } from "../../../components/catalogue/node";

/** One setting of the catalogue, with the path under which it is given. */
export interface Entry {
  readonly path: string;
  readonly field: Field<unknown>;
  readonly effect: Effect;
}

/** The three that there are; `Node` is what they have in common. */
export const asAny = (node: Node<unknown>): AnyNode => node as AnyNode;
export const groupOf = (node: AnyNode): Group<Fields> | undefined =>
  node.is === "group" ? node : node.is === "optional group" ? node.group : undefined;
/** The group that a list of maps has as its items. */
export function itemsOf({ value }: Field<unknown>): Group<Fields> | undefined {
  return value.items !== undefined && "fields" in value.items ? value.items : undefined;
}

/** Every setting below a name, depth first; those of a list's items with "[]" in their path. */
export function entriesOf(path: string, node: AnyNode, around: Effect): readonly Entry[] {
  const effect = node.about.effect ?? around;
  const group = groupOf(node);
  if (group !== undefined)
    return Object.entries(group.fields).flatMap(([name, each]) => entriesOf(`${path}.${name}`, asAny(each), effect));
  const field = node as Field<unknown>;
  const items = itemsOf(field);
  const own = { path, field, effect };
  return items === undefined ? [own] : [own, ...entriesOf(`${path}[]`, items, effect)];
}

export const json = (value: unknown): string =>
  typeof value === "string" ? JSON.stringify(value) : JSON.stringify(value, null, 1).replace(/\n\s*/g, " ");

/** What absent means, in words. */
export function defaultOf({ fallback, about }: Field<unknown>): string {
  if (fallback.kind !== "default") return fallback.kind === "required" ? "none: must be given" : "none";
  const computed = typeof fallback.shown === "function" || "defaultShown" in about;
  return computed ? String(fallback.shown) : json(fallback.shown);
}

/** Words in lines of at most `width` columns. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** The example that is given, or one that the kind of value suggests. */
export function exampleOf({ about, value, fallback }: Field<unknown>): string {
  const given = about.example ?? value.example;
  if (given !== undefined) return json(given);
  if (value.given === "boolean") return String(fallback.kind === "default" && fallback.shown === false);
  const lastWord = /"[^"]*"$/.exec(value.given)?.[0];
  if (lastWord !== undefined) return lastWord;
  if (fallback.kind === "default" && !("defaultShown" in about)) return json(fallback.shown);
  throw new Error(`the catalogue has no example of a ${value.name}: ${about.doc}`);
}
