const LOOK_EVERY_MS = 10;
const FIRST_CONNECTION_MS = 1_000;

/**
 * How long a process that starts waits for its first connection to the shared cache, in milliseconds; as long as an
 * answer would.
 */
export const firstConnectionMs = ({ timeout }: { readonly timeout: number }): number =>
  Math.max(FIRST_CONNECTION_MS, timeout);

/** Waits until `condition` holds, for `mostMs` at most. @returns whether it holds. */
export async function sleepUntil(condition: () => boolean, mostMs: number): Promise<boolean> {
  const until = Date.now() + mostMs;
  while (!condition()) {
    if (Date.now() >= until) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return true;
}
