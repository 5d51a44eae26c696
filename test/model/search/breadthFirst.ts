import { apply } from "../events/apply";
import { interrupted } from "../events/alphabet";
import type { Event } from "../events/deed";
import { rest } from "../events/rest";
import type { Rules } from "../guard/turn";
import { introduced } from "../world/start";
import { cloneWorld, type Violation, type World } from "../world/world";
import { canonical, hash } from "./canonical";
import type { Configuration } from "./configurations";
import { mend, recover } from "./recovery";

export interface Found {
  readonly configuration: Configuration;
  readonly events: readonly Event[];
  readonly violation: Violation;
}

export interface Searched {
  readonly configuration: Configuration;
  /** Different states that were reached; every one was checked. */
  readonly states: number;
  readonly transitions: number;
  /** Every state within so many events of the start was looked at. */
  readonly depth: number;
  /** Whether there is nothing beyond. */
  readonly complete: boolean;
  readonly recovered: number;
  readonly found: readonly Found[];
  readonly seconds: number;
}

/** Seconds since whenever. */
export type Clock = () => number;
export const wallClock: Clock = () => performance.now() / 1000;
/** What this process has worked: the same on a busy machine. */
export const workClock: Clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

interface Node {
  readonly world: World;
  readonly path: Path | null;
}

interface Path {
  readonly event: Event;
  readonly before: Path | null;
}

export function eventsOf(path: Path | null): Event[] {
  const events: Event[] = [];
  for (let at = path; at !== null; at = at.before) events.unshift(at.event);
  return events;
}

export async function startOf(configuration: Configuration, rules: Rules): Promise<World> {
  let world = introduced(configuration.engine, configuration.sites, rules);
  for (const event of configuration.before) world = (await apply(world, event, rules)).world;
  return world;
}

/** Everything that can happen, level by level, until `seconds` have passed or `enough` was found. */
export async function search(
  configuration: Configuration,
  rules: Rules,
  seconds: number,
  enough = Infinity,
  clock: Clock = wallClock,
): Promise<Searched> {
  const begun = clock();
  const over = (): boolean => clock() - begun > seconds || found.length >= enough;
  const found: Found[] = [];
  const seen = new Set<number>();
  const mended = new Set<number>();
  let transitions = 0;
  let depth = 0;
  const start = await startOf(configuration, rules);
  seen.add(hash(canonical(start)));
  let level: Node[] = [{ world: start, path: null }];

  const take = async (node: Node, event: Event, next: Node[]): Promise<number> => {
    transitions += 1;
    const { world, ran } = await apply(node.world, event, rules);
    const path: Path = { event, before: node.path };
    if (world.violation !== null) {
      found.push({ configuration, events: eventsOf(path), violation: world.violation });
      return ran?.requests ?? 0;
    }
    const key = hash(canonical(world));
    if (!seen.has(key)) {
      seen.add(key);
      if (event.then === "until it rests") await checkRecovery(world, path);
      next.push({ world, path });
    }
    return ran?.requests ?? 0;
  };

  const checkRecovery = async (world: World, path: Path): Promise<void> => {
    const whole = cloneWorld(world);
    mend(whole, rules);
    rest(whole, rules);
    const key = hash(canonical(whole));
    if (mended.has(key)) return;
    mended.add(key);
    const { world: end } = await recover(world, rules);
    if (end.violation !== null) found.push({ configuration, events: eventsOf(path), violation: end.violation });
  };

  while (level.length > 0 && !over()) {
    const next: Node[] = [];
    for (const node of level) {
      if (over()) break;
      for (const event of configuration.events(node.world)) {
        const requests = await take(node, event, next);
        const { deed } = event;
        if (deed.kind !== "command" || !configuration.interrupted(node.world).includes(deed.line)) continue;
        for (const inner of interrupted(node.world, deed.line, requests)) {
          if (over()) break;
          await take(node, inner, next);
        }
      }
    }
    if (over()) break;
    depth += 1;
    level = next;
  }
  return {
    configuration,
    states: seen.size,
    transitions,
    depth,
    complete: level.length === 0,
    recovered: mended.size,
    found,
    seconds: clock() - begun,
  };
}
