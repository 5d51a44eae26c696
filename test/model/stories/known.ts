import type { Deed, Event } from "../events/deed";
import type { Found } from "../search/breadthFirst";
import { STORIES, type Story } from "./stories";

const wordFor = (deed: Deed): string => (deed.kind === "command" ? (deed.line.split(" ")[0] ?? "") : deed.kind);

/** Whether everything that `part` tells happens in `whole`, in that order. */
function happensIn(part: readonly Event[], whole: readonly Event[]): boolean {
  const words = whole.map((event) => wordFor(event.deed));
  let at = 0;
  for (const event of part) {
    at = words.indexOf(wordFor(event.deed), at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** The story that is known to be broken still, and that this counterexample tells again; null for news. */
export const knownStory = (found: Found): Story | null =>
  STORIES.find((story) => story.open !== undefined && happensIn(story.events, found.events)) ?? null;
