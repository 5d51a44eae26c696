import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  type CompletedPart,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { Source } from "./objectStore";
import type { PartBuffers } from "./partBuffers";
import { defined } from "../../server/records";

export interface MultipartOptions {
  readonly client: S3Client;
  readonly to: { readonly Bucket: string; readonly Key: string };
  readonly source: Source;
  readonly partBytes: number;
  /** Parts on their way at once. */
  readonly parallel: number;
  readonly buffers: PartBuffers;
  /** Wraps each request. */
  readonly send: <T>(request: () => Promise<T>) => Promise<T>;
}

/**
 * Sends a source in parts, each from a buffer of its own that is used again for the next one. The official Upload reads
 * a
 * stream instead: its parts are new buffers, which Node frees late.
 * @throws what the first part that failed threw; the parts that were sent are given up then.
 */
export async function sendInParts({
  client,
  to,
  source,
  partBytes,
  parallel,
  buffers,
  send,
}: MultipartOptions): Promise<void> {
  const { UploadId } = await send(() =>
    client.send(new CreateMultipartUploadCommand({ ...to, ChecksumAlgorithm: "CRC32" })),
  );
  const cancel = new AbortController();
  const parts: CompletedPart[] = [];
  let begun = 0;
  let reading: Promise<unknown> = Promise.resolve();
  /** Parts are read one after the other, in their order, however many are on their way. */
  const readNext = (into: Buffer): Promise<{ readonly number: number; readonly length: number }> => {
    const mine = reading.then(async () => {
      const length = cancel.signal.aborted ? 0 : await source.fill(into);
      return { number: length === 0 ? 0 : (begun += 1), length };
    });
    reading = mine.catch(() => undefined);
    return mine;
  };
  const sender = async (): Promise<void> => {
    const buffer = buffers.take(partBytes).subarray(0, partBytes);
    try {
      for (;;) {
        const { number: PartNumber, length } = await readNext(buffer);
        if (length === 0) return;
        const Body = buffer.subarray(0, length);
        const { ETag, ChecksumCRC32 } = await send(() =>
          client.send(new UploadPartCommand({ ...to, UploadId, PartNumber, Body, ChecksumAlgorithm: "CRC32" }), {
            abortSignal: cancel.signal,
          }),
        );
        parts.push({ PartNumber, ETag, ...defined({ ChecksumCRC32 }) });
      }
    } catch (error) {
      cancel.abort();
      throw error;
    } finally {
      buffers.give(buffer);
    }
  };
  const failure = await firstFailure(Array.from({ length: parallel }, sender));
  try {
    if (failure !== null) throw failure;
    const Parts = parts.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
    await send(() => client.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload: { Parts } })));
  } catch (error) {
    // Nobody waits for it: a store that is away would be waited for twice. Its lifecycle removes what is left.
    client.send(new AbortMultipartUploadCommand({ ...to, UploadId })).catch(() => undefined);
    throw error;
  }
}

/** In the order in which they failed: those that were cancelled then are of no interest. */
async function firstFailure(all: readonly Promise<void>[]): Promise<Error | null> {
  let first: Error | null = null;
  await Promise.all(all.map((each) => each.catch((error: Error) => (first ??= error))));
  return first;
}
