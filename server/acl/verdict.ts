import { isBeyondKnown, tablesOf, type CommandTable } from "./commandTable";
import { titleOf, type Dialect } from "./dialect";

/** What a server will say to a word of an ACL file. `unsure`: it depends on what is not known of the server. */
export type Verdict =
  | { readonly state: "accepted" }
  | { readonly state: "refused"; readonly reason: string }
  | { readonly state: "unsure"; readonly reason: string };

export const ACCEPTED: Verdict = { state: "accepted" };
export const refused = (reason: string): Verdict => ({ state: "refused", reason });
export const unsure = (reason: string): Verdict => ({ state: "unsure", reason });

/** Commands of the modules that come with Redis 8. */
const BUNDLED_MODULES = /^(bf|cf|cms|ft|json|tdigest|topk|ts)\./;
const MODULE_CATEGORIES = new Set(["bloom", "cuckoo", "cms", "json", "search", "tdigest", "timeseries", "topk"]);

/**
 * What a server says to a command rule such as "+@read" or "-config|set". A reason never repeats the rule: a password
 * that slipped into the wrong place stands there.
 */
export function judgeCommandRule(dialect: Dialect, rule: string): Verdict {
  const sign = rule.charAt(0);
  if (sign !== "+" && sign !== "-") return refused('a command rule begins with "+" or "-"');
  const name = rule.slice(1).toLowerCase();
  const known = judged.get(dialect) ?? new Map<string, Verdict>();
  judged.set(dialect, known);
  const verdict = known.get(sign + name) ?? judgeNamed(dialect, sign, name);
  if (known.size < MOST_KNOWN) known.set(sign + name, verdict);
  return verdict;
}

/** Files name the same commands over and over; hostile ones do not. */
const MOST_KNOWN = 5_000;
const judged = new WeakMap<Dialect, Map<string, Verdict>>();

function judgeNamed(dialect: Dialect, sign: string, name: string): Verdict {
  if (name === "@all") return ACCEPTED;
  const refusals = tablesOf(dialect).map((table) => refusalBy(table, sign, name));
  const reasons = refusals.filter((reason) => reason !== undefined);
  const [reason] = reasons;
  if (reason === undefined) return ACCEPTED;
  if (reasons.length < refusals.length) return unsure(`not every version of ${titleOf(dialect)} has it`);
  if (dialect.modules) return unsure("a module may have brought it");
  return isBeyondKnown(dialect)
    ? unsure(`${titleOf(dialect)} is newer than the versions whose commands are known here`)
    : refused(`${titleOf(dialect)} ${reason}`);
}

/** Why one version refuses the rule; undefined where it takes it. */
function refusalBy(table: CommandTable, sign: string, name: string): string | undefined {
  if (name.startsWith("@")) {
    const category = name.slice(1);
    const isKnown = table.inCategory(category) !== undefined || (bundles(table) && MODULE_CATEGORIES.has(category));
    return isKnown ? undefined : "has no such category";
  }
  const bar = name.lastIndexOf("|");
  if (bar < 0) return isCommand(table, name) ? undefined : "has no such command";
  return table.product === "dragonfly"
    ? "has no rules for subcommands: name the whole command"
    : subcommandRefusal(table, sign, name, bar);
}

function subcommandRefusal(table: CommandTable, sign: string, name: string, bar: number): string | undefined {
  const isChecked = table.version[0] >= 7;
  if (sign === "-" && !isChecked) return "cannot take a single subcommand away";
  const command = name.slice(0, isChecked ? bar : name.indexOf("|"));
  if (!isCommand(table, command)) return "has no such command";
  if (command.includes("|")) return "has no rules for arguments of a subcommand";
  if (name.endsWith("|")) return "wants the subcommand's name";
  if (!isChecked) return undefined;
  // A command without subcommands may be bounded by its first argument, which no table knows.
  if (table.subcommandsOf(command).length === 0 && sign === "+") return undefined;
  return table.placeOf(name) === undefined ? "has no such subcommand" : undefined;
}

/** Redis 8 comes with modules whose names begin alike; which of those names there are differs between its images. */
const isCommand = (table: CommandTable, name: string): boolean =>
  table.placeOf(name) !== undefined || (bundles(table) && BUNDLED_MODULES.test(name));
const bundles = (table: CommandTable): boolean => table.product === "redis" && table.version[0] >= 8;
