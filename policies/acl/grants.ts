import type { Engine } from "../../server/types";
import { categoriesOf, COMMANDS } from "./sets";

/** How a user came to a command: by its name, or with a whole category. */
export type GrantedBy = "name" | "category";

/**
 * Which of the commands that rules ask about are granted by command rules in their order, such as "+@all",
 * "-@dangerous",
 * "+INFO". A granted subcommand counts as its command.
 */
export function commandsOf(rules: readonly string[], engine: Engine): ReadonlyMap<string, GrantedBy> {
  const granted = new Map<string, GrantedBy>();
  for (const rule of rules) {
    const name = rule.slice(1).toUpperCase();
    const by = name.startsWith("@") ? "category" : "name";
    for (const command of by === "category" ? inCategory(name.slice(1), engine) : named(name, rule)) {
      if (rule.startsWith("+")) granted.set(command, by);
      else granted.delete(command);
    }
  }
  return granted;
}

const inCategory = (category: string, engine: Engine): string[] =>
  Object.keys(COMMANDS).filter((command) => {
    const categories = categoriesOf(command, engine);
    return categories !== undefined && (category === "ALL" || categories.includes(category));
  });

function named(name: string, rule: string): string[] {
  const [command = "", sub] = name.split("|");
  // "-CONFIG|SET" leaves the rest of CONFIG granted.
  return sub !== undefined && rule.startsWith("-") ? [] : [command];
}
