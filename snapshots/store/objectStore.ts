import type { Readable } from "node:stream";

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** Milliseconds since 1970, by the store's clock. */
  readonly changedAt: number;
}

/** The object store, as far as snapshots need it. Every method rejects with Trouble. */
export interface ObjectStore {
  /** Everything below `prefix`. */
  list(prefix: string): Promise<StoredObject[]>;
  read(key: string): Promise<Readable>;
  readText(key: string): Promise<string>;
  /** A file as a stream, in parts. */
  write(key: string, body: Readable, bytes: number): Promise<void>;
  writeText(key: string, text: string): Promise<void>;
  remove(key: string): Promise<void>;
}
