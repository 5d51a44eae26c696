import { widestTable, type CommandTable } from "./commandTable";
import type { Dialect } from "./dialect";

/** How a user came to a command: by its name, or with a whole category. */
export type GrantedBy = "name" | "category";

const NONE = 0;
const BY_NAME = 1;
const BY_CATEGORY = 2;

/**
 * The commands that rules grant in their order, such as "+@all", "-@dangerous", "+INFO"; subcommands as "config|get".
 * Rules that the server would refuse grant nothing.
 */
export function grantsOf(dialect: Dialect, rules: readonly string[]): ReadonlyMap<string, GrantedBy> {
  const table = widestTable(dialect);
  const granted = new Uint8Array(table.names.length);
  for (const rule of rules) apply(table, granted, rule);
  const found = new Map<string, GrantedBy>();
  for (const [place, state] of granted.entries()) {
    const name = table.names[place];
    if (state !== NONE && name !== undefined) found.set(name, state === BY_NAME ? "name" : "category");
  }
  return found;
}

function apply(table: CommandTable, granted: Uint8Array, rule: string): void {
  const name = rule.slice(1).toLowerCase();
  const isGrant = rule.startsWith("+");
  if (name === "@all") {
    granted.fill(isGrant ? BY_CATEGORY : NONE);
    return;
  }
  if (name.startsWith("@")) {
    const state = isGrant ? BY_CATEGORY : NONE;
    for (const place of table.inCategory(name.slice(1)) ?? []) granted[place] = state;
    return;
  }
  for (const place of namedBy(table, name, isGrant)) granted[place] = isGrant ? BY_NAME : NONE;
}

/** Dragonfly's "+ACL" is the bare command alone: its subcommands are commands of their own there. */
function namedBy(table: CommandTable, name: string, isGrant: boolean): readonly number[] {
  const place = table.placeOf(name);
  if (place !== undefined) return table.product === "dragonfly" ? [place] : [place, ...table.subcommandsOf(name)];
  // "+select|0" lets a part of the command in; that much may be taken for the whole, but not taken away.
  const command = table.placeOf(name.split("|", 1)[0] ?? "");
  return command === undefined || !isGrant ? [] : [command];
}
