import { setTimeout as delay } from "node:timers/promises";

/** Waits until `condition` holds. @throws Error with `what` after `mostMs`. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, mostMs = 30_000): Promise<void> {
  const end = performance.now() + mostMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${mostMs} ms: ${what}`);
    await delay(10);
  }
}
