import type { Engine } from "../types";

/** Programs whose ACL files this project reads; Valkey began as a copy of Redis 7.2. */
export type Product = "redis" | "valkey" | "dragonfly";

/** Major and minor: no server changed its ACL grammar in a patch. */
export type Version = readonly [major: number, minor: number];

/** Which server will read the file, in so far as that is known: versions from the first to the last that it may be. */
export interface Dialect {
  readonly engine: Engine;
  readonly products: readonly Product[];
  readonly oldest: Version;
  /** Undefined where nothing bounds it, as with the tag "latest". */
  readonly newest: Version | undefined;
  /** Whether modules may add commands and categories that no table here has. */
  readonly modules: boolean;
}

/** The oldest versions that are still maintained: those that an unknown version is taken to be at least. */
const OLDEST: Readonly<Record<Product, Version>> = { redis: [7, 0], valkey: [7, 2], dragonfly: [1, 37] };

/** The dialect of an engine of which no more is known. */
export const dialectOf = (engine: Engine): Dialect => ANY_VERSION[engine];

/** @param version the first digits of it, such as [7] or [7, 4]; empty where it is not known. */
export function ofProduct(product: Product, version: readonly number[] = []): Dialect {
  const engine = product === "dragonfly" ? "dragonfly" : "redis";
  const [major, minor] = version;
  if (major === undefined)
    return { engine, products: [product], oldest: OLDEST[product], newest: undefined, modules: false };
  return minor === undefined
    ? { engine, products: [product], oldest: [major, 0], newest: [major, Number.MAX_SAFE_INTEGER], modules: false }
    : { engine, products: [product], oldest: [major, minor], newest: [major, minor], modules: false };
}

const ANY_VERSION: Readonly<Record<Engine, Dialect>> = {
  dragonfly: ofProduct("dragonfly"),
  redis: { ...ofProduct("redis"), products: ["redis", "valkey"] },
};

export const compareVersions = (one: Version, other: Version): number => one[0] - other[0] || one[1] - other[1];

/** Whether a server has what came with a version: for certain, perhaps (it depends on the version), or not. */
export type Certainty = "yes" | "maybe" | "no";

/** With every version that is read here. */
const ALWAYS: Version = [0, 0];

/** What differs between the grammars, and the version of each product that brought it; undefined: none has it. */
const FEATURES = {
  /** Rules in parentheses, and patterns with `%R~` and `%W~`. */
  selectors: { redis: [7, 0], valkey: ALWAYS, dragonfly: undefined },
  /** Channel patterns, and the rules about channels and payloads. */
  channels: { redis: [6, 2], valkey: ALWAYS, dragonfly: ALWAYS },
  /** A new user reaches no channel. */
  closedChannels: { redis: [7, 0], valkey: ALWAYS, dragonfly: ALWAYS },
  /** A second line for a user is an error. */
  uniqueUsers: { redis: [7, 0], valkey: ALWAYS, dragonfly: undefined },
  /** Rules for subcommands are checked against the table of commands. */
  subcommands: { redis: [7, 0], valkey: ALWAYS, dragonfly: undefined },
  /** Lines that begin with "#" are skipped. */
  comments: { redis: [8, 8], valkey: undefined, dragonfly: undefined },
} as const satisfies Readonly<Record<string, Readonly<Record<Product, Version | undefined>>>>;

export type Feature = keyof typeof FEATURES;

export function has(dialect: Dialect, feature: Feature): Certainty {
  const answers = new Set(
    dialect.products.map((product): Certainty => {
      const since: Version | undefined = FEATURES[feature][product];
      if (since === undefined || (dialect.newest !== undefined && compareVersions(dialect.newest, since) < 0))
        return "no";
      return compareVersions(dialect.oldest, since) >= 0 ? "yes" : "maybe";
    }),
  );
  const [only] = answers;
  return answers.size === 1 && only !== undefined ? only : "maybe";
}

const NAMES: Readonly<Record<Product, string>> = { redis: "Redis", valkey: "Valkey", dragonfly: "Dragonfly" };

/** As messages name it: "Dragonfly 1.38", "Redis 7", "Redis or Valkey". */
export function titleOf({ products, oldest, newest }: Dialect): string {
  const names = products.map((product) => NAMES[product]).join(" or ");
  if (newest === undefined) return names;
  return compareVersions(oldest, newest) === 0 ? `${names} ${oldest.join(".")}` : `${names} ${oldest[0]}`;
}
