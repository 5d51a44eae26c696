import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { INITIAL_STATE, STATE_FORMAT, type GuardState } from "./guardState";

/** A write costs three operations that wait for the disk. */
const LAZY_INTERVAL_MS = 5_000;

const BLOCK_BYTES = 4_096;
const FULL = new Set(["ENOSPC", "EDQUOT"]);

/** What changes with every heartbeat: a guard that serves needs it on disk within seconds only. */
const LAZY: readonly (keyof GuardState)[] = ["dataVersion", "peers"];
const LAZY_KEYS: ReadonlySet<string> = new Set(LAZY);

/** Whether what the guard knows is on disk. */
export type Storage =
  | { readonly kind: "durable" }
  /** The last write failed: what is known goes on, and nothing may be begun that relies on it. */
  | { readonly kind: "failing"; readonly reason: string }
  /** Another guard writes this file, or one of a later version has: this one has nothing to say any more. */
  | { readonly kind: "foreign"; readonly reason: string };

/** The inode alone would not tell: a file system gives the number of a removed file to the next one. */
const identityOf = (path: string): string => {
  const { ino, mtimeNs } = statSync(path, { bigint: true });
  return `${ino}:${mtimeNs}`;
};

/** The guard's state on the server's volume; a write that is cut off leaves the old state, but on a full volume. */
export class StateFile {
  private known: GuardState;
  private written: GuardState | null = null;
  private writtenAt: number;
  private failure: string | null = null;
  private foreign: string | null = null;
  /** Of the file as this guard last wrote it; null where it has not. */
  private identity: string | null = null;

  constructor(
    private readonly path: string,
    private readonly monotonic: () => number = () => performance.now(),
  ) {
    this.known = this.read() ?? INITIAL_STATE;
    this.writtenAt = monotonic();
    // Written anew at once: a guard that is still there, beside a pod deleted by force, sees that it is not alone.
    if (this.foreign === null) this.store(this.known);
  }

  get(): GuardState {
    return this.known;
  }

  get storage(): Storage {
    if (this.foreign !== null) return { kind: "foreign", reason: this.foreign };
    return this.failure === null ? { kind: "durable" } : { kind: "failing", reason: this.failure };
  }

  /**
   * Keeps `state`, on disk where it says something that must last; what changes with every heartbeat waits some seconds
   * while `pace` is "lazy". Never throws: `storage` says how it went, and the next call tries again.
   */
  store(state: GuardState, pace: "now" | "lazy" = "now"): Storage {
    const due = this.failure !== null || this.isDue(state, pace);
    this.known = state;
    if (this.isTaken()) this.foreign = `another guard writes ${this.path}: two pods use one volume`;
    if (due && this.foreign === null) {
      try {
        this.write(state);
        this.written = state;
        this.writtenAt = this.monotonic();
        this.failure = null;
      } catch (error) {
        this.failure = (error as Error).message.slice(0, 200);
      }
    }
    return this.storage;
  }

  private isDue(state: GuardState, pace: "now" | "lazy"): boolean {
    const { written } = this;
    if (state === written) return false;
    if (written === null) return true;
    const differs = (key: string): boolean => {
      const [one, other] = [state[key as keyof GuardState], written[key as keyof GuardState]];
      return one !== other && JSON.stringify(one) !== JSON.stringify(other);
    };
    const keys = Object.keys(state).filter(differs);
    if (pace === "lazy" && keys.every((key) => LAZY_KEYS.has(key)))
      return keys.length > 0 && this.monotonic() - this.writtenAt >= LAZY_INTERVAL_MS;
    return keys.length > 0;
  }

  private isTaken(): boolean {
    if (this.identity === null || this.foreign !== null) return false;
    try {
      return identityOf(this.path) !== this.identity;
    } catch {
      // Gone, or not to be read: what is known is written again with the next change.
      return false;
    }
  }

  private write(state: GuardState): void {
    mkdirSync(dirname(this.path), { recursive: true });
    // Spaces after it: what is remembered next finds room in the file that is there.
    const text = JSON.stringify(state);
    const length = Buffer.byteLength(text);
    const padded = text + " ".repeat(Math.ceil((length + 1) / BLOCK_BYTES) * BLOCK_BYTES - length);
    try {
      this.replace(padded);
    } catch (error) {
      const full = FULL.has((error as NodeJS.ErrnoException).code ?? "");
      // What it does not hold already has no room either, and half of it would be worse than the old state.
      if (!full || !existsSync(this.path) || statSync(this.path).size < padded.length) throw error;
      this.overwrite(padded);
    }
  }

  private replace(text: string): void {
    const temporary = `${this.path}.new`;
    try {
      const file = openSync(temporary, "w", 0o600);
      try {
        // All of it, or an error: a full volume takes a part and says nothing.
        writeFileSync(file, text);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, this.path);
      this.identity = identityOf(this.path);
      syncFolder(dirname(this.path));
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  /** On a full volume, where a second file has no room: a role must be taken or given up all the same. */
  private overwrite(text: string): void {
    const file = openSync(this.path, "r+");
    try {
      writeFileSync(file, text);
      ftruncateSync(file, Buffer.byteLength(text));
      fsyncSync(file);
    } finally {
      closeSync(file);
      // Also of a write that stopped half way: it was this guard's.
      this.identity = identityOf(this.path);
    }
  }

  /** @returns null where there is none, or none that can be understood: then nothing is known. */
  private read(): GuardState | null {
    let text: string;
    try {
      text = readFileSync(this.path, "utf8");
    } catch {
      return null;
    }
    try {
      const state = JSON.parse(text) as { readonly format?: unknown } & GuardState;
      if (typeof state.format === "number" && state.format > STATE_FORMAT) {
        this.foreign =
          `${this.path} is of a later version of the guard: run that one, ` +
          "or dragonfly-dr failover to the other site";
        return null;
      }
      return { ...INITIAL_STATE, ...state, format: STATE_FORMAT };
    } catch {
      // For a person to look at; what it said is lost all the same.
      tryTo(() => renameSync(this.path, `${this.path}.unreadable`));
      return null;
    }
  }
}

function tryTo(step: () => void): void {
  try {
    step();
  } catch {
    // The next write says what is wrong with the volume.
  }
}

/** Without it a rename may be gone after a power cut. */
function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
