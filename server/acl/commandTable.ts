import type { Dialect, Product, Version } from "./dialect";
import { compareVersions } from "./dialect";
import data from "./commandTables.json";

/**
 * Commands and categories of one version, from the servers' own tables: Redis' and Valkey's `COMMAND` and `ACL CAT`,
 * Dragonfly's registry. Subcommands stand as "config|get".
 */
export class CommandTable {
  readonly names: readonly string[];
  private readonly places = new Map<string, number>();
  private readonly members = new Map<string, number[]>();
  private readonly categories: readonly ReadonlySet<string>[];
  private readonly parts = new Map<string, number[]>();

  constructor(
    readonly product: Product,
    readonly version: Version,
    rows: readonly Row[],
  ) {
    this.names = rows.map(({ name }) => name);
    this.categories = rows.map(({ categories }) => new Set(categories));
    for (const [place, { name, categories }] of rows.entries()) {
      this.places.set(name, place);
      for (const category of categories) append(this.members, category, place);
      const bar = name.indexOf("|");
      if (bar > 0) append(this.parts, name.slice(0, bar), place);
    }
  }

  /** @param name in lower case. */
  placeOf(name: string): number | undefined {
    return this.places.get(name);
  }

  /** The subcommands of a command; none for one that has none of its own. */
  subcommandsOf(name: string): readonly number[] {
    return this.parts.get(name) ?? [];
  }

  /** @returns undefined where the server has no such category. `all` is none of them. */
  inCategory(category: string): readonly number[] | undefined {
    return this.members.get(category) ?? (knownCategories(this.product).has(category) ? [] : undefined);
  }

  isIn(name: string, category: string): boolean {
    const place = this.places.get(name);
    return place !== undefined && this.categories[place]?.has(category) === true;
  }
}

interface Row {
  readonly name: string;
  readonly categories: readonly string[];
}

function append(map: Map<string, number[]>, key: string, value: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Categories that a version may have without a command of its own in the table: modules' and Dragonfly's aliases. */
const CATEGORIES: Readonly<Record<Product, ReadonlySet<string>>> = {
  redis: new Set(),
  valkey: new Set(),
  dragonfly: new Set(["search"]),
};
const knownCategories = (product: Product): ReadonlySet<string> => CATEGORIES[product];

interface Column {
  readonly product: Product;
  readonly version: Version;
  readonly bit: number;
}

const isProduct = (word: string | undefined): word is Product =>
  word === "redis" || word === "valkey" || word === "dragonfly";

const columns: readonly Column[] = data.servers.map((server, place): Column => {
  const [product, version = ""] = server.split(" ");
  const [major, minor] = version.split(".").map(Number);
  if (!isProduct(product) || major === undefined || minor === undefined)
    throw new Error(`commandTables.json: "${server}" is no server with a version`);
  return { product, version: [major, minor], bit: 2 ** place };
});

const tables = new Map<Column, CommandTable>();

function tableOf(column: Column): CommandTable {
  const known = tables.get(column);
  if (known !== undefined) return known;
  const rows = data.commands.flatMap((line): Row[] => {
    const [name = "", mask = "", ...categories] = line.split(" ");
    return (Number.parseInt(mask, 16) & column.bit) === 0 ? [] : [{ name, categories }];
  });
  const table = new CommandTable(column.product, column.version, rows);
  tables.set(column, table);
  return table;
}

/** The tables of every version that a server may be, oldest first; never empty. */
export function tablesOf(dialect: Dialect): readonly CommandTable[] {
  const known = fitting.get(dialect) ?? fittingTables(dialect);
  fitting.set(dialect, known);
  return known;
}

const fitting = new WeakMap<Dialect, readonly CommandTable[]>();

function fittingTables(dialect: Dialect): readonly CommandTable[] {
  return dialect.products.flatMap((product) => {
    const own = columns.filter((column) => column.product === product);
    const between = own.filter(
      ({ version }) =>
        compareVersions(version, dialect.oldest) >= 0 &&
        (dialect.newest === undefined || compareVersions(version, dialect.newest) <= 0),
    );
    // A version between two that are known has the commands of the earlier one.
    const before = own.filter(({ version }) => compareVersions(version, dialect.oldest) <= 0).at(-1);
    const first = before ?? own[0];
    return [...new Set([...(first === undefined ? [] : [first]), ...between])].map(tableOf);
  });
}

/** The table by which rights are judged: the newest, which lacks no command that an older one has. */
export function widestTable(dialect: Dialect): CommandTable {
  const table = tablesOf(dialect).at(-1);
  if (table === undefined) throw new Error("a dialect without a product");
  return table;
}

/** Whether the server is newer than the newest version that is known here. */
export function isBeyondKnown(dialect: Dialect): boolean {
  return dialect.products.some((product) => {
    const last = columns.filter((column) => column.product === product).at(-1);
    return last === undefined || compareVersions(dialect.oldest, last.version) > 0;
  });
}
