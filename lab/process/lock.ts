import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { LabError } from "../labError";

/**
 * Runs `work` while no other process holds the lock. A lock whose holder has ended is taken over.
 * @throws LabError (2) at once when a living process holds it
 */
export async function holdingLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  acquire(file);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function acquire(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: "wx" });
  } catch {
    const holder = holderOf(file);
    if (holder !== undefined)
      throw new LabError(
        `${file}: another command (process ${holder}) is starting or stopping this lab; wait for it`,
        2,
      );
    writeFileSync(file, `${process.pid}\n`);
  }
}

function holderOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    process.kill(pid, 0);
    return pid === process.pid ? undefined : pid;
  } catch {
    return undefined;
  }
}
