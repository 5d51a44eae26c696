/** How long what the tests opened may take to close after the last one. */
const GRACE_MS = 20_000;

/**
 * Ends a run whose tests left something open, as a failure that names it: a test that fails half way must not keep the
 * whole run waiting for ever.
 */
export const mochaHooks = {
  afterAll(done: () => void): void {
    setTimeout(() => {
      console.error(`tests left open: ${[...new Set(process.getActiveResourcesInfo())].join(", ")}`);
      process.exit(1);
    }, GRACE_MS).unref();
    done();
  },
};
