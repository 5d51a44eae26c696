import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Epoch, SiteName } from "../server/types";
import type { SwitchoverPlan } from "./commands/switchover/plan";

/**
 * What a command that changes roles writes down before its first change. The objects say how far it came; this says
 * whose it is.
 */
export interface JournalEntry {
  readonly version: 1;
  readonly command: string;
  readonly to: SiteName;
  /** Of a switchover; null for other commands. */
  readonly plan: SwitchoverPlan | null;
  /** Of a promotion by failover or restore; null for other commands. */
  readonly epoch: Epoch | null;
  /** Who ran it. */
  readonly holder: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly lagAtStartSeconds: number | null;
}

export interface Journal {
  /** The entry that a killed or unfinished run of the same command left; null when there is none. */
  read(command: string, to: SiteName): Promise<JournalEntry | null>;
  /** On disk when it resolves. */
  begin(entry: JournalEntry): Promise<void>;
  /** Forgets what any command left: the roles are where the last one put them. */
  end(): Promise<void>;
}

/** Files `<command>-<site>.json` in one folder. */
export class FolderJournal implements Journal {
  private readonly folder: string;

  constructor(stateFolder: string) {
    this.folder = join(stateFolder, "journal");
  }

  async read(command: string, to: SiteName): Promise<JournalEntry | null> {
    let text: string;
    try {
      text = await readFile(this.file(command, to), "utf8");
    } catch {
      return null;
    }
    try {
      const entry = JSON.parse(text) as JournalEntry;
      return entry.version === 1 && entry.command === command && entry.to === to
        ? { ...entry, epoch: entry.epoch ?? null }
        : null;
    } catch {
      return null;
    }
  }

  async begin(entry: JournalEntry): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const file = this.file(entry.command, entry.to);
    const draft = await open(`${file}.draft`, "w", 0o600);
    try {
      await draft.writeFile(`${JSON.stringify(entry, null, 2)}\n`);
      await draft.sync();
    } finally {
      await draft.close();
    }
    await rename(`${file}.draft`, file);
  }

  async end(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private file(command: string, to: SiteName): string {
    return join(this.folder, `${command}-${to}.json`);
  }
}
