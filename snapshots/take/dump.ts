import { linkSync, mkdirSync, readdirSync, rmSync, statSync, statfsSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { parseInfo } from "../../server/replication";
import type { Engine } from "../../server/types";
import type { Counts } from "../server/counts";
import { readCounts } from "../server/counts";
import type { Connection } from "../server/connection";
import { SnapshotError } from "../snapshotError";
import { dumpOf, newestDump, staleFiles } from "./dumpFiles";

const STEP_MS = 100;
/** Below it a dump that failed is put down to the volume. */
const ROOM_BYTES = 32 * 2 ** 20;
const BUSY = /in progress|already|SAVING/i;

/** A dump that is whole, under names of its own: whatever the server writes later does not touch it. */
export interface Dump {
  readonly folder: string;
  readonly files: readonly string[];
  /** Seen from before it was begun until it was whole. */
  readonly counts: readonly Counts[];
}

interface Persistence {
  readonly saving: boolean;
  readonly failed: boolean;
  /** Changes with each dump that was finished. */
  readonly mark: string;
  readonly files: readonly string[];
}

/**
 * Has the server dump to its own volume, and keeps the result by hard links, which cost no room. One dump at a time.
 */
export class Dumper {
  constructor(
    private readonly engine: Engine,
    private readonly dataDir: string,
    /** On the same volume; emptied at start. */
    private readonly staging: string,
  ) {
    rmSync(staging, { recursive: true, force: true });
  }

  /** @throws SnapshotError when the server refuses or fails, or `limitMs` passes. */
  async dump(server: Connection, id: string, limitMs: number): Promise<Dump> {
    const deadline = performance.now() + limitMs;
    const counts: Counts[] = [await readCounts(server)];
    let room = this.room();
    await this.idle(server, deadline);
    const before = await this.persistence(server);
    await this.begin(server, deadline);
    for (;;) {
      const now = await this.persistence(server);
      counts.push(await readCounts(server));
      room = Math.min(room, this.room());
      if (!now.saving && now.mark !== before.mark && now.files.length > 0)
        return { folder: this.keep(now.files, id), files: now.files, counts };
      if (!now.saving && now.failed)
        throw room < ROOM_BYTES
          ? new SnapshotError("disk-full", "the volume is full: the server could not write its dump; enlarge it")
          : new SnapshotError("failed", "the server could not write its dump; its log says why");
      await this.step(deadline, "the server did not finish its dump in time");
    }
  }

  /** Removes what `dump` has kept. */
  release(dump: Dump): void {
    rmSync(dump.folder, { recursive: true, force: true });
  }

  /** Whether the server has written no dump since: the files are still its newest. */
  isNewest(dump: Dump): boolean {
    const names = newestDump(this.engine, readdirSync(this.dataDir));
    return (
      names.join() === [...dump.files].sort().join() &&
      names.every((name) => statSync(join(this.dataDir, name)).ino === statSync(join(dump.folder, name)).ino)
    );
  }

  /** Removes old dumps of the server's, while it writes none. */
  async prune(server: Connection, now: number): Promise<string[]> {
    if ((await this.persistence(server)).saving) return [];
    const files = readdirSync(this.dataDir, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => ({ name, changedAt: statSync(join(this.dataDir, name)).mtimeMs }));
    const stale = staleFiles(files, now);
    for (const name of stale) unlinkSync(join(this.dataDir, name));
    return stale;
  }

  private async idle(server: Connection, deadline: number): Promise<void> {
    while ((await this.persistence(server)).saving)
      await this.step(deadline, "another dump of the server's goes on and on");
  }

  private async begin(server: Connection, deadline: number): Promise<void> {
    for (;;) {
      try {
        await server.call("BGSAVE");
        return;
      } catch (error) {
        const { message } = error as Error;
        if (!BUSY.test(message)) throw new SnapshotError("failed", `BGSAVE: ${message}`);
        // Somebody else's dump has just begun: it may have begun before the sample was taken.
        await this.idle(server, deadline);
        await this.step(deadline, "another dump of the server's goes on and on");
      }
    }
  }

  private async persistence(server: Connection): Promise<Persistence> {
    const info = parseInfo(await server.text("INFO", "persistence"));
    if (this.engine === "dragonfly") {
      // Its rdb_bgsave_in_progress stays 1 after the first dump (seen in v1.36.0).
      const summary = (info.get("last_saved_file") ?? "").split("/").pop() ?? "";
      const dump = dumpOf(summary);
      const files =
        dump === null
          ? []
          : readdirSync(this.dataDir)
              .filter((name) => dumpOf(name) === dump)
              .sort();
      const failedAt = info.get("last_failed_save") ?? "0";
      return {
        saving: info.get("saving") === "1",
        failed: failedAt !== "0" && Number(failedAt) > Number(info.get("last_success_save") ?? 0),
        mark: `${summary} ${this.mark(summary)}`,
        files: files.some((name) => name.endsWith("-summary.dfs")) ? files : [],
      };
    }
    return {
      saving: info.get("rdb_bgsave_in_progress") === "1",
      failed: info.get("rdb_last_bgsave_status") !== "ok",
      mark: this.mark("dump.rdb"),
      files: this.mark("dump.rdb") === "" ? [] : ["dump.rdb"],
    };
  }

  /** The file that is there now: each dump is written under another name and takes its place. */
  private mark(name: string): string {
    try {
      const { ino, mtimeMs, size } = statSync(join(this.dataDir, name));
      return `${ino}-${mtimeMs}-${size}`;
    } catch {
      return "";
    }
  }

  private keep(files: readonly string[], id: string): string {
    const folder = join(this.staging, id);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const name of files) linkSync(join(this.dataDir, name), join(folder, name));
    return folder;
  }

  private room(): number {
    const { bavail, bsize } = statfsSync(this.dataDir);
    return bavail * bsize;
  }

  private async step(deadline: number, message: string): Promise<void> {
    if (performance.now() > deadline) throw new SnapshotError("failed", message);
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}
