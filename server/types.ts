/** The words that every part shares. Branded, so that a number of seconds is never taken for a number of bytes. */

declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** The name of one region's deployment, for ever the same whatever its role; a DNS label. */
export type SiteName = Branded<string, "SiteName">;
/** Grows with every change of role; order between sites is (epoch, site name). At least 1. */
export type Epoch = Branded<number, "Epoch">;
export type Seconds = Branded<number, "Seconds">;
export type Milliseconds = Branded<number, "Milliseconds">;
export type Bytes = Branded<number, "Bytes">;

export type Role = "primary" | "replica";
/** `redis` stands for Valkey too: the same protocol, flags and ACL grammar. */
export type Engine = "dragonfly" | "redis";

const SITE = /^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/;

export const isSiteName = (text: string): text is SiteName => SITE.test(text);

/** @throws Error when `text` is no DNS label of at most 32 characters. */
export function siteName(text: string): SiteName {
  if (!isSiteName(text))
    throw new Error(`site "${text}": not a DNS label of at most 32 characters; use letters a-z, digits and "-"`);
  return text;
}

/** @throws Error when `value` is no integer of at least 1. */
export function epoch(value: number): Epoch {
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`epoch ${value}: not an integer of at least 1`);
  return value as Epoch;
}

export const seconds = (value: number): Seconds => value as Seconds;
export const milliseconds = (value: number): Milliseconds => value as Milliseconds;
export const bytes = (value: number): Bytes => value as Bytes;
