import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { EMPTY_MEMORY, type Memory } from "./observation";

/** A write costs two disk operations that wait for the disk. */
const NOTE_INTERVAL_MS = 5_000;

const same = (one: unknown, other: unknown): boolean => one === other || JSON.stringify(one) === JSON.stringify(other);

/** What the guard must not forget, on the server's volume. Written before it is acted on; a torn write leaves the old state. */
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
    if (this.settled && Object.entries(change).every(([key, value]) => same(this.memory[key as keyof Memory], value))) return;
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
    const temporary = `${this.path}.new`;
    const file = openSync(temporary, "w", 0o600);
    try {
      writeSync(file, JSON.stringify(this.memory));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, this.path);
    this.settled = true;
    this.writtenAt = this.monotonic();
  }

  private read(): Memory {
    try {
      return { ...EMPTY_MEMORY, ...(JSON.parse(readFileSync(this.path, "utf8")) as Partial<Memory>) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return EMPTY_MEMORY;
      throw new Error(`${this.path}: ${(error as Error).message}; it holds the highest epoch seen: restore it, or remove it and run dragonfly-dr failover`);
    }
  }
}
