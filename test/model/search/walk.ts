import { apply } from "../events/apply";
import { betweens } from "../events/alphabet";
import { command, type Event } from "../events/deed";
import type { Rules } from "../guard/turn";
import type { Configuration } from "./configurations";
import { startOf, type Found } from "./breadthFirst";
import { recover } from "./recovery";

/** Numbers in [0, 1) that follow from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A command makes about so many requests. */
const MOST_REQUESTS = 16;

/** One random walk of at most `length` events, and the way back at its end. */
export async function walk(
  configuration: Configuration,
  rules: Rules,
  seed: number,
  length: number,
): Promise<{ readonly found: Found | null; readonly events: number }> {
  const random = randomFrom(seed);
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];
  let world = await startOf(configuration, rules);
  const events: Event[] = [];
  const ended = (violation: typeof world.violation): { found: Found | null; events: number } => ({
    found: violation === null ? null : { configuration, events, violation },
    events: events.length,
  });
  for (let i = 0; i < length; i++) {
    const groups = groupedByKind(configuration.events(world));
    const event = pick(pick(groups) ?? []);
    if (event === undefined) break;
    const { deed } = event;
    const between = deed.kind === "command" && random() < 0.5 ? pick(betweens(world)) : undefined;
    const chosen: Event =
      deed.kind === "command" && between !== undefined
        ? { deed: command(deed.line, Math.floor(random() * MOST_REQUESTS), between), then: event.then }
        : { deed, then: pick(["at once", "one round", "until it rests", "until it rests"] as const) ?? event.then };
    events.push(chosen);
    world = (await apply(world, chosen, rules)).world;
    if (world.violation !== null) return ended(world.violation);
  }
  return ended((await recover(world, rules)).world.violation);
}

/** So that a kind of event of which there are many does not crowd out the others. */
function groupedByKind(events: readonly Event[]): Event[][] {
  const groups = new Map<string, Event[]>();
  for (const event of events) {
    const { deed } = event;
    const kind = deed.kind === "command" ? (deed.line.split(" ")[0] ?? "") : deed.kind;
    groups.set(kind, [...(groups.get(kind) ?? []), event]);
  }
  return [...groups.values()];
}
