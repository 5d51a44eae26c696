import { createReadStream, existsSync } from "node:fs";
import { waitFor } from "../process/waitFor";

/** Waits until a writer that runs has logged `count` acknowledgements. @throws LabError when it has not in time. */
export async function underWay(log: string, count: number, deadlineMs: number): Promise<void> {
  await waitFor(async () => existsSync(log) && (await countAcknowledged(log)) >= count, {
    what: `${count} acknowledged writes in ${log}`,
    deadlineMs,
    everyMs: 50,
  });
}

async function countAcknowledged(log: string): Promise<number> {
  let text = "";
  for await (const chunk of createReadStream(log, { encoding: "utf8" })) text += String(chunk);
  return text.split("\nA ").length - 1;
}
