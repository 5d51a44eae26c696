import { runCommand, type Ran } from "../command/run";
import type { Rules } from "../guard/turn";
import { round } from "../world/round";
import { cloneWorld, type World } from "../world/world";
import { carryOut } from "./carryOut";
import type { Event } from "./deed";
import { rest } from "./rest";

export interface Applied {
  readonly world: World;
  /** Of a command. */
  readonly ran: Ran | null;
}

/** The state after `event`; the one before stays as it was. */
export async function apply(before: World, event: Event, rules: Rules): Promise<Applied> {
  const world = cloneWorld(before);
  const ran = event.deed.kind === "command" ? await runCommand(world, event.deed, rules) : null;
  if (event.deed.kind !== "command") carryOut(world, event.deed, rules);
  if (event.then === "one round") round(world, rules);
  if (event.then === "until it rests") rest(world, rules);
  return { world, ran };
}
