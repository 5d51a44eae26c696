import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../../server/types";
import { dumpOf } from "../take/dumpFiles";

/**
 * Puts the fetched files where the server looks when it starts, and the dumps that were there into `kept` (one
 * generation: what
 * an earlier restore kept goes). The server must not write dumps meanwhile.
 */
export function place(engine: Engine, fetched: string, dataDir: string, kept: string, now: Date): void {
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true });
  const isDump = (name: string): boolean => (engine === "redis" ? name === "dump.rdb" : dumpOf(name) !== null);
  for (const name of readdirSync(dataDir).filter(isDump)) renameSync(join(dataDir, name), join(kept, name));
  // Under the present time: the server loads the newest of its dumps.
  const stem = `dump-${now.toISOString().slice(0, 19)}`;
  for (const name of readdirSync(fetched)) {
    const own = dumpOf(name);
    renameSync(join(fetched, name), join(dataDir, own === null ? "dump.rdb" : name.replace(own, stem)));
  }
  rmSync(fetched, { recursive: true, force: true });
  const folder = openSync(dataDir, "r");
  fsyncSync(folder);
  closeSync(folder);
}
