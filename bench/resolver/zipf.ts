/** Popularity by Zipf's law, and what theory says of caches under it. Pure but for the chance that is given. */

/** Shares of `names` names, the most popular first: the i-th is asked for in proportion to 1 / i^exponent. */
export function zipfShares(names: number, exponent: number): readonly number[] {
  const weights = Array.from({ length: names }, (_, i) => (i + 1) ** -exponent);
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** Draws ranks (from 0) by their shares. @param random uniform in [0, 1). */
export function sampler(shares: readonly number[], random: () => number): () => number {
  let sum = 0;
  const cumulated = shares.map((share) => (sum += share));
  return () => {
    const wanted = random() * sum;
    let low = 0;
    let high = cumulated.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulated[middle] ?? 0) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/**
 * Hit rate of a cache without bounds whose entries hold for a TTL from when they were asked for. A name asked for λ
 * times
 * a second (Poisson) misses once, then hits λ·TTL times on average: of 1 + λ·TTL queries, λ·TTL hit.
 * @param perTtl queries within one TTL, of all names that this cache sees.
 */
export const hitRateByTtl = (shares: readonly number[], perTtl: number): number =>
  shares.reduce((sum, share) => sum + (share * share * perTtl) / (1 + share * perTtl), 0);

/**
 * Hit rate of an LRU cache of `entries` names that do not expire (Che's approximation): a name stays for the time in
 * which `entries` different names are asked for.
 */
export function hitRateByRoom(shares: readonly number[], entries: number): number {
  const distinct = (queries: number): number => shares.reduce((sum, share) => sum + 1 - Math.exp(-share * queries), 0);
  if (entries >= shares.length) return 1;
  let [low, high] = [0, 1];
  while (distinct(high) < entries) high *= 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (distinct(middle) < entries) low = middle;
    else high = middle;
  }
  return shares.reduce((sum, share) => sum + share * (1 - Math.exp(-share * high)), 0);
}

/**
 * Hit rate between the `from`-th and the `to`-th query of a cache that keeps all that it has seen: it misses only what
 * is new.
 */
export function hitRateOfAll(shares: readonly number[], from: number, to: number): number {
  const seen = (queries: number): number => shares.reduce((sum, share) => sum + 1 - Math.exp(-share * queries), 0);
  return 1 - (seen(to) - seen(from)) / (to - from);
}
