import type { Problem } from "../problems";
import type { Effect } from "./effects";

export type Note = (problem: Problem) => void;

/** A kind of value: how it is written, read, and written again. */
export interface Value<T> {
  /** As the reference calls it, such as "whole number from 1 to 16". */
  readonly name: string;
  /** The TypeScript type of what is given. */
  readonly given: string;
  /** What stands in the place of a value that cannot be read, so that the other settings are still judged. */
  readonly blank: T;
  /** For settings that give none of their own. */
  readonly example?: string;
  /** Of a list: what its items are. */
  readonly items?: Value<unknown> | Group<Fields>;
  /** Gives what the text says, or undefined after having noted why it cannot. */
  read(raw: unknown, key: string, note: Note): T | undefined;
  /** The value as it can be given, in its shortest form: for the settings that a component shows to policies. */
  write(value: T): unknown;
}

/** What every setting says of itself. */
export interface About {
  /** Sentences: what it is, and what follows from it. No default and no effect: those have fields of their own. */
  readonly doc: string;
  /** What a change does to a cache that runs; absent: as the group around it says. */
  readonly effect?: Effect;
  readonly example?: unknown;
}

/** A place in the catalogue that settles on a `T`, whatever is given there. */
export interface Node<T> {
  readonly about: About;
  /**
   * Gives the value for `raw`, which is undefined where nothing is given, and notes every problem.
   * @param siblings what the settings before it in the same group have settled on.
   */
  settle(raw: unknown, key: string, note: Note, siblings: Siblings): T;
  write(value: T): unknown;
}

export type Siblings = Readonly<Record<string, unknown>>;

export type Default = boolean | number | string | readonly unknown[] | object;

/** One setting. */
export interface Field<T> extends Node<T> {
  readonly is: "field";
  readonly value: Value<unknown>;
  /** Absent: must be given. "none": may be absent, and stays so. */
  readonly fallback: { readonly kind: "required" | "none" } | { readonly kind: "default"; readonly shown: Default };
  /** What is written for "none at all" where there is a default. */
  readonly off?: string | number;
}

export type Fields = Readonly<Record<string, Node<unknown>>>;
export type Settings<F extends Fields> = { readonly [K in keyof F]: F[K] extends Node<infer T> ? T : never };
/** The settings of a group of the catalogue. */
export type SettingsOf<G> = G extends Node<infer T> ? Exclude<T, undefined> : never;

/** Settings below one name. */
export interface Group<F extends Fields> extends Node<Settings<F>> {
  readonly is: "group";
  /** Of the TypeScript interface that is given, such as "Server" for ServerInput. */
  readonly typeName: string;
  readonly fields: F;
}

/** Settings below one name that are there as a whole, or not at all. */
export interface OptionalGroup<F extends Fields> extends Node<Settings<F> | undefined> {
  readonly is: "optional group";
  readonly group: Group<F>;
}

export type AnyNode = Field<unknown> | Group<Fields> | OptionalGroup<Fields>;
