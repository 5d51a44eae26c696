import type { LabSite } from "../../../lab/plan";
import type { World } from "./world";

/** Between two writes: some load, and less than the machine's noise. */
const STEP_MS = 10;

export interface WritesSeen {
  readonly acknowledged: number;
  readonly refused: readonly string[];
  /** Between two acknowledgements that follow each other. */
  readonly longestGapMs: number;
}

/** One client that writes at a site's Service while `during` runs, over one connection. */
export async function steadyWrites(w: World, site: LabSite, during: () => Promise<void>): Promise<WritesSeen> {
  const client = await w.client(site);
  const refused: string[] = [];
  let [acknowledged, longestGapMs, last, over] = [0, 0, performance.now(), false];
  const writing = (async (): Promise<void> => {
    while (!over) {
      try {
        await client.set(`cache:steady:${acknowledged % 100}`, "x");
        acknowledged += 1;
        longestGapMs = Math.max(longestGapMs, performance.now() - last);
        last = performance.now();
      } catch (error) {
        refused.push((error as Error).message);
        over = true;
      }
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
  })();
  try {
    await during();
  } finally {
    over = true;
    await writing;
    client.disconnect();
  }
  return { acknowledged, refused, longestGapMs: Math.max(longestGapMs, performance.now() - last) };
}
