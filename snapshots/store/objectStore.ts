import type { Readable } from "node:stream";

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** Milliseconds since 1970, by the store's clock. */
  readonly changedAt: number;
}

/** A file as it is sent. */
export interface Source {
  readonly bytes: number;
  /**
   * Reads on from where it stopped, until the buffer is full or the file ends. @returns the bytes read; 0: there are no
   * more.
   */
  fill(into: Buffer): Promise<number>;
}

/** A request that the store has not answered yet. */
export interface Waiting {
  /** A clause such as "uploading cache/a/…/dump.rdb". */
  readonly doing: string;
  readonly ms: number;
}

/** The object store, as far as snapshots need it. Every method rejects with SnapshotError. */
export interface ObjectStore {
  /** Everything below `prefix`. */
  list(prefix: string): Promise<StoredObject[]>;
  read(key: string): Promise<Readable>;
  readText(key: string): Promise<string>;
  /** In parts, in memory that does not depend on the size. */
  write(key: string, source: Source): Promise<void>;
  writeText(key: string, text: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** The request that waits for its answer the longest; null while none does. */
  waiting(): Waiting | null;
}
