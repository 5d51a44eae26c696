import { REAL_RULES } from "../guard/turn";
import { search, workClock, type Found } from "../search/breadthFirst";
import { CONFIGURATIONS, type Configuration } from "../search/configurations";
import { replay, shrink } from "../search/shrink";
import type { Mutant } from "./mutant";

/** Of the counterexamples of one search so many are looked at. */
const ENOUGH = 6;

/** Configurations in the order in which a mutant is looked for: those that it names first. */
const inOrder = ({ where }: Mutant): Configuration[] => {
  const rank = (c: Configuration): number => {
    const at = where.findIndex((part) => c.name.includes(part));
    return at < 0 ? where.length : at;
  };
  return [...CONFIGURATIONS].sort((a, b) => rank(a) - rank(b));
};

/**
 * The first story that breaks an invariant under the mutant and none under the real rules, shortened; null when none is
 * found in so many seconds of work.
 */
export async function hunt(mutant: Mutant, seconds: number): Promise<Found | null> {
  const begun = workClock();
  const left = (): number => seconds - (workClock() - begun);
  // Shallow first, everywhere that it names; then deeper, everywhere.
  for (const share of [seconds / 12, seconds / 6, seconds / 3])
    for (const configuration of inOrder(mutant)) {
      if (left() <= 0) return null;
      const { found } = await search(configuration, mutant.rules, Math.min(share, left()), ENOUGH, workClock);
      for (const one of found) {
        if ((await replay(configuration, one.events, REAL_RULES)) !== null) continue;
        const short = await shrink(one, mutant.rules);
        return (await replay(configuration, short.events, REAL_RULES)) === null ? short : one;
      }
    }
  return null;
}
