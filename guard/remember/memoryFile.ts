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
import { EMPTY_MEMORY, type Memory } from "../decide/observation";

/** A write costs two disk operations that wait for the disk. */
const NOTE_INTERVAL_MS = 5_000;

const BLOCK_BYTES = 4_096;
const FULL = new Set(["ENOSPC", "EDQUOT"]);

const same = (one: unknown, other: unknown): boolean => one === other || JSON.stringify(one) === JSON.stringify(other);

/**
 * What the guard must not forget, on the server's volume. Written before it is acted on; a torn write leaves the old
 * state, but on a full volume.
 */
export class MemoryFile {
  private memory: Memory;
  /** False when the last write failed: what is in memory is not what is on disk. */
  private settled = true;
  private writtenAt: number;

  constructor(
    private readonly path: string,
    private readonly monotonic: () => number = () => performance.now(),
  ) {
    mkdirSync(dirname(path), { recursive: true });
    this.memory = this.read();
    this.writtenAt = monotonic();
  }

  get(): Memory {
    return this.memory;
  }

  /** Writes nothing where nothing changes, whatever was noted meanwhile: this is called several times a second. */
  set(change: Partial<Memory>): void {
    if (this.settled && Object.entries(change).every(([key, value]) => same(this.memory[key as keyof Memory], value)))
      return;
    this.memory = { ...this.memory, ...change };
    this.write();
  }

  /** For what changes with every heartbeat and may be a little older after a restart: on disk within a few seconds. */
  note(change: Partial<Memory>): void {
    this.memory = { ...this.memory, ...change };
    if (this.monotonic() - this.writtenAt >= NOTE_INTERVAL_MS) this.write();
  }

  private write(): void {
    this.settled = false;
    // Spaces after it: what is remembered next finds room in the file that is there.
    const text = JSON.stringify(this.memory);
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
    this.settled = true;
    this.writtenAt = this.monotonic();
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
    }
  }

  private read(): Memory {
    try {
      return { ...EMPTY_MEMORY, ...(JSON.parse(readFileSync(this.path, "utf8")) as Partial<Memory>) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return EMPTY_MEMORY;
      throw new Error(
        `${this.path}: ${(error as Error).message}; it holds the highest epoch seen: restore it, or remove it and run dragonfly-dr failover`,
      );
    }
  }
}
