import type { Engine } from "../../server/types";
import { ADMIN, CONNECTION, DANGEROUS, PUBSUB, REPLICATION, SCRIPTING } from "./sets";

/** Commands that rules ask about, with the categories that hold them. All other commands are harmless here. */
const CATEGORY_OF: Readonly<Record<Engine, Readonly<Record<string, ReadonlySet<string>>>>> = {
  dragonfly: { DANGEROUS: DANGEROUS.dragonfly, ADMIN: ADMIN.dragonfly, SCRIPTING, CONNECTION, PUBSUB },
  redis: { DANGEROUS: DANGEROUS.redis, ADMIN: ADMIN.redis, SCRIPTING, CONNECTION, PUBSUB },
};

const universe = (engine: Engine): ReadonlySet<string> =>
  new Set([...Object.values(CATEGORY_OF[engine]).flatMap((each) => [...each]), ...REPLICATION]);

/**
 * Which of the commands that matter here are granted by rules in their order, such as "+@all", "-@dangerous", "+INFO".
 * A granted subcommand counts as its command.
 */
export function commandsOf(rules: readonly string[], engine: Engine): ReadonlySet<string> {
  const may = new Set<string>();
  for (const rule of rules) {
    const granted = rule.startsWith("+");
    for (const command of covered(rule, engine)) {
      if (granted) may.add(command);
      else may.delete(command);
    }
  }
  return may;
}

function covered(rule: string, engine: Engine): Iterable<string> {
  const name = rule.slice(1).toUpperCase();
  if (name === "@ALL") return universe(engine);
  if (name.startsWith("@")) return CATEGORY_OF[engine][name.slice(1)] ?? [];
  const [command = "", sub] = name.split("|");
  // "-CONFIG|SET" leaves the rest of CONFIG granted.
  return sub !== undefined && rule.startsWith("-") ? [] : [command];
}
