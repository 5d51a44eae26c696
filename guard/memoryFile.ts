import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { EMPTY_MEMORY, type Memory } from "./observation";

/** What the guard must not forget, on the server's volume. Written before it is acted on; a torn write leaves the old state. */
export class MemoryFile {
  private memory: Memory;
  private written: string;

  constructor(private readonly path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.memory = this.read();
    this.written = JSON.stringify(this.memory);
  }

  get(): Memory {
    return this.memory;
  }

  set(change: Partial<Memory>): void {
    this.memory = { ...this.memory, ...change };
    const text = JSON.stringify(this.memory);
    if (text === this.written) return;
    const temporary = `${this.path}.new`;
    const file = openSync(temporary, "w", 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, this.path);
    this.written = text;
  }

  /** For what may be lost with the guard: the next `set` writes it too. */
  note(change: Partial<Memory>): void {
    this.memory = { ...this.memory, ...change };
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
