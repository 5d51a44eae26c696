/** Least and most of the wanted queries a second that must have arrived for a figure to count. */
const [LEAST, MOST] = [0.9, 1.1];
const ATTEMPTS = 3;

/**
 * Measures again when the load was starved, or came in a heap, because the machine did something else meanwhile.
 * @param wanted queries a second. @param measure given the number of the attempt, from 0.
 * @throws Error when that does not help: a figure at another load than the one that is named would mislead.
 */
export async function untilFed<T extends { readonly perSecond: number }>(
  what: string,
  wanted: number,
  measure: (attempt: number) => Promise<T>,
): Promise<T> {
  const arrived: string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const result = await measure(attempt);
    if (result.perSecond >= wanted * LEAST && result.perSecond <= wanted * MOST) return result;
    arrived.push(result.perSecond.toFixed(0));
  }
  throw new Error(
    `${what}: ${arrived.join(", ")} queries a second arrived where ${wanted} were wanted; the machine is too ` +
      "busy to measure on, run the benchmark again when it is idle",
  );
}
