import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { basename } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { bytes } from "../../server/types";
import type { ManifestFile } from "../manifest";
import type { ObjectStore } from "../store/objectStore";

const CHUNK_BYTES = 256 * 1024;

/** Sends one file as a stream, with its checksum on the way: what is read once is what is described. */
export async function uploadFile(store: ObjectStore, path: string, key: string): Promise<ManifestFile> {
  const hash = createHash("sha256");
  let count = 0;
  const tap = new Transform({
    readableHighWaterMark: CHUNK_BYTES,
    writableHighWaterMark: CHUNK_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      count += chunk.length;
      done(null, chunk);
    },
  });
  const source = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const reading = pipeline(source, tap);
  reading.catch(() => undefined);
  try {
    await store.write(key, tap, statSync(path).size);
  } finally {
    source.destroy();
    tap.destroy();
  }
  await reading;
  return { name: basename(path), bytes: bytes(count), sha256: hash.digest("hex") };
}
