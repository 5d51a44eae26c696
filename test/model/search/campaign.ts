import type { Rules } from "../guard/turn";
import { search, type Found, type Searched } from "./breadthFirst";
import { CONFIGURATIONS, EVERYTHING, type Configuration } from "./configurations";
import { shrink, tell } from "./shrink";
import { walk } from "./walk";

/** The part of the time that breadth-first search has; the rest is for random walks. */
const BREADTH_FIRST = 0.65;
const ENOUGH_FOUND = 60;
const WALK_LENGTH = 14;
/** Different counterexamples that are shortened and told. */
const MOST_TOLD = 25;

export interface Campaign {
  readonly searched: readonly Searched[];
  readonly walks: number;
  readonly events: number;
  readonly seed: number;
  /** Shortened, each kind once. */
  readonly found: readonly Found[];
  readonly stories: readonly string[];
}

export interface Plan {
  readonly seconds: number;
  readonly seed: number;
  /** Part of the names of the configurations to search; all when empty. */
  readonly only: string;
  readonly say: (line: string) => void;
}

/** Searches every configuration for its part of the time, then walks at random until the time is over. */
export async function campaign(rules: Rules, { seconds, seed, only, say }: Plan): Promise<Campaign> {
  const begun = performance.now();
  const chosen = CONFIGURATIONS.filter((c) => c.name.includes(only));
  const searched: Searched[] = [];
  const raw: Found[] = [];
  const left = (): number => seconds - (performance.now() - begun) / 1000;
  for (const [i, configuration] of chosen.entries()) {
    const share = Math.max(0.2, (left() - seconds * (1 - BREADTH_FIRST)) / (chosen.length - i));
    const result = await search(configuration, rules, share, ENOUGH_FOUND);
    searched.push(result);
    raw.push(...result.found);
    say(
      `${configuration.name}: ${result.states} states, every one to depth ` +
        `${result.depth}${result.complete ? " (all there are)" : ""}, ${result.found.length} broken`,
    );
  }
  let walks = 0;
  let events = 0;
  const walking: readonly Configuration[] = only === "" ? EVERYTHING : chosen;
  for (; left() > 0 && raw.length < ENOUGH_FOUND * (chosen.length + 1); walks++) {
    const configuration = walking[walks % walking.length];
    if (configuration === undefined) break;
    const result = await walk(configuration, rules, seed + walks, WALK_LENGTH);
    events += result.events;
    if (result.found !== null) raw.push(result.found);
  }
  say(`${walks} random walks from seed ${seed}, ${events} events`);
  const found = await distinct(raw, rules);
  const stories: string[] = [];
  for (const one of found) stories.push(await tell(one, rules));
  return { searched, walks, events, seed, found, stories };
}

/** Each kind of counterexample once, in its shortest form. */
export async function distinct(raw: readonly Found[], rules: Rules): Promise<Found[]> {
  const kinds = new Map<string, Found>();
  const tried = new Map<string, number>();
  for (const one of [...raw].sort((a, b) => a.events.length - b.events.length)) {
    if (kinds.size >= MOST_TOLD) break;
    // Of those that look alike before they are shortened a few are enough.
    const rough = kindOf(one);
    const times = tried.get(rough) ?? 0;
    if (times >= 2) continue;
    tried.set(rough, times + 1);
    const short = await shrink(one, rules);
    const kind = kindOf(short);
    if (!kinds.has(kind)) kinds.set(kind, short);
  }
  return [...kinds.values()];
}

/** What makes two counterexamples the same: the invariant, and what happened, whichever engine and site it was. */
export function kindOf({ events, violation }: Found): string {
  const sites = new Map<string, number>();
  const role = (site: string): number => sites.get(site) ?? sites.set(site, sites.size).size - 1;
  const what = events.map(({ deed }) => {
    if (deed.kind !== "command") return `${deed.kind}${"site" in deed ? role(String(deed.site)) : ""}`;
    const between = deed.between === null ? "" : `, ${JSON.stringify(deed.between).replace(/\d+/g, "")}`;
    return `${deed.line.split(" ")[0]}${between}`;
  });
  return `${violation.invariant}: ${what.join("; ")}`;
}
