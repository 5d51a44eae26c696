import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { bytes } from "../../server/types";
import type { ManifestFile } from "../manifest";
import type { ObjectStore } from "../store/objectStore";

/** Sends one file, with its checksum on the way: what is read once is what is described. */
export async function uploadFile(store: ObjectStore, path: string, key: string): Promise<ManifestFile> {
  const file = await open(path, "r");
  try {
    const hash = createHash("sha256");
    let count = 0;
    const fill = async (into: Buffer): Promise<number> => {
      let length = 0;
      while (length < into.length) {
        const { bytesRead } = await file.read(into, length, into.length - length, null);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      hash.update(into.subarray(0, length));
      count += length;
      return length;
    };
    await store.write(key, { bytes: (await file.stat()).size, fill });
    return { name: basename(path), bytes: bytes(count), sha256: hash.digest("hex") };
  } finally {
    await file.close();
  }
}
