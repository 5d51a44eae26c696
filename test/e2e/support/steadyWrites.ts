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

/** One client that writes at a site's Service while `during` runs, and connects again when it is closed. */
export async function steadyWrites(w: World, site: LabSite, during: () => Promise<void>): Promise<WritesSeen> {
  let client = await w.client(site);
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
        const { message } = error as Error;
        client.disconnect();
        // A gateway on a busy machine may take a server for gone for a moment; the gap tells.
        if (/closed/i.test(message)) client = await w.client(site).catch(() => client);
        else refused.push(message);
        if (refused.length > 0) return;
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
