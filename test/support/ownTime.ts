const STEP_MS = 10;
/** A step is late by a little on any machine. */
const USUAL_MS = 2 * STEP_MS;

/**
 * How long `work` takes in milliseconds, less the time in which this process was kept from running: a bound on it holds
 * for
 * the program and not for whatever else its machine does.
 */
export async function ownTimeOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  let last = begun;
  let lost = 0;
  const step = (): void => {
    const now = performance.now();
    lost += Math.max(0, now - last - USUAL_MS);
    last = now;
  };
  const timer = setInterval(step, STEP_MS);
  try {
    await work();
    step();
    return performance.now() - begun - lost;
  } finally {
    clearInterval(timer);
  }
}

/** Whether `work` ends before this process has looked at timers and sockets again: it has waited for nobody. */
export async function isAtOnce(work: Promise<unknown>): Promise<boolean> {
  return Promise.race([work.then(() => true), new Promise<boolean>((resolve) => setImmediate(resolve, false))]);
}
