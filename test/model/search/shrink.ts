import { apply } from "../events/apply";
import type { Event } from "../events/deed";
import { describeEvent, describeWorld } from "../events/describe";
import type { Rules } from "../guard/turn";
import type { Violation, World } from "../world/world";
import { startOf, type Found } from "./breadthFirst";
import type { Configuration } from "./configurations";
import { recover } from "./recovery";

/** What these events lead to; with the way back, where nothing has been broken before. */
export async function replay(
  configuration: Configuration,
  events: readonly Event[],
  rules: Rules,
  tell: (world: World, event: Event) => void = () => undefined,
  told: (line: string, said: string, world: World) => void = () => undefined,
): Promise<Violation | null> {
  let world = await startOf(configuration, rules);
  for (const event of events) {
    world = (await apply(world, event, rules)).world;
    tell(world, event);
    if (world.violation !== null) return world.violation;
  }
  return (await recover(world, rules, told)).world.violation;
}

/** The same fault by fewer and simpler events: none can be left out or made simpler. */
export async function shrink(found: Found, rules: Rules): Promise<Found> {
  const { configuration } = found;
  let best = found;
  const tryOut = async (events: readonly Event[]): Promise<boolean> => {
    const violation = await replay(configuration, events, rules);
    if (violation?.invariant !== found.violation.invariant) return false;
    best = { configuration, events, violation };
    return true;
  };
  for (let again = true; again;) {
    again = false;
    for (let i = best.events.length - 1; i >= 0; i--)
      if (await tryOut(best.events.filter((_, j) => j !== i))) again = true;
    for (const [i, event] of best.events.entries())
      for (const simpler of simplerThan(event))
        if (await tryOut(best.events.map((e, j) => (i === j ? simpler : e)))) {
          again = true;
          break;
        }
  }
  return best;
}

function simplerThan(event: Event): Event[] {
  const { deed, then } = event;
  const simpler: Event[] = [];
  if (deed.kind === "command" && deed.between !== null)
    simpler.push({ deed: { ...deed, at: null, between: null }, then });
  if (then !== "until it rests") simpler.push({ deed, then: "until it rests" });
  return simpler;
}

/** The events as a story: what happened, and how the sites stood after each. */
export async function tell(found: Found, rules: Rules): Promise<string> {
  const { configuration, events, violation } = found;
  const names = (await startOf(configuration, rules)).sites.map((s) => s.name);
  const lines = [`${configuration.name}: invariant ${violation.invariant} is broken: ${violation.text}`];
  if (configuration.before.length > 0)
    lines.push(`  before: ${configuration.before.map((e) => describeEvent(e, names)).join("; ")}`);
  let number = 0;
  await replay(
    configuration,
    events,
    rules,
    (world, event) => {
      number += 1;
      lines.push(`  ${number}. ${describeEvent(event, names)}`, ...describeWorld(world).map((l) => `       ${l}`));
    },
    (line, said, world) => {
      number += 1;
      lines.push(`  ${number}. everything mended: dragonfly-dr ${line}`);
      lines.push(...briefly(said).map((l) => `     | ${l}`), ...describeWorld(world).map((l) => `       ${l}`));
    },
  );
  return lines.join("\n");
}

const TELLING = /^! |healthy|^ {2}(problem|next step|note)|^site |: (done|unfinished|rolled back)/;

/** Of what a command prints, what an operator acts on. */
function briefly(said: string): string[] {
  const lines = said.split("\n").filter((line) => line !== "");
  const telling = lines.filter((line) => TELLING.test(line));
  return telling.length > 0 ? telling : lines.slice(0, 3);
}
