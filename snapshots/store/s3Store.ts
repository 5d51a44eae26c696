import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { SnapshotsFile } from "../../contract/snapshotsFile";
import { SnapshotError, snapshotErrorOf } from "../snapshotError";
import { sendInParts } from "./multipart";
import type { ObjectStore, Source, StoredObject, Waiting } from "./objectStore";
import { PartBuffers } from "./partBuffers";
import { defined } from "../../server/records";

/**
 * What is in memory of a file on its way: these two, up to 72 GB a file; a larger one's parts are its size by the most
 * that S3 takes.
 */
const PART_BYTES = 8 * 2 ** 20;
const PARALLEL = 2;
const MOST_PARTS = 9_000;
const LIST_PAGE = 1_000;

export interface S3Options extends Pick<SnapshotsFile, "bucket" | "region" | "endpoint" | "pathStyle" | "prefix"> {
  /** Folder with the files `accessKey` and `secretKey`; null: the pod's own identity (IRSA). */
  readonly credentials: string | null;
  /** Without an answer, or a byte of one, for so long a request is tried again, twice. */
  readonly timeoutMs?: number;
}

/** S3, or what speaks like it. */
export class S3Store implements ObjectStore {
  private readonly client: S3Client;
  private readonly buffers = new PartBuffers();
  private readonly unanswered = new Set<{ readonly doing: string; readonly since: number }>();

  constructor(private readonly options: S3Options) {
    const { region, endpoint, pathStyle, credentials, timeoutMs = 60_000 } = options;
    this.client = new S3Client({
      region,
      forcePathStyle: pathStyle,
      maxAttempts: 3,
      requestHandler: {
        connectionTimeout: Math.min(5_000, timeoutMs),
        requestTimeout: timeoutMs,
        throwOnRequestTimeout: true,
        socketTimeout: timeoutMs,
      },
      ...(endpoint === null ? {} : { endpoint }),
      // Read anew for each new set: the Secret may change under a running pod.
      ...(credentials === null
        ? {}
        : {
            credentials: async () => ({ ...readCredentials(credentials), expiration: new Date(Date.now() + 300_000) }),
          }),
    });
  }

  async list(prefix: string): Promise<StoredObject[]> {
    const found: StoredObject[] = [];
    let token: string | undefined;
    do {
      const page = await this.send("listing the bucket", () =>
        this.client.send(
          new ListObjectsV2Command({
            Bucket: this.options.bucket,
            Prefix: prefix,
            MaxKeys: LIST_PAGE,
            ...defined({ ContinuationToken: token }),
          }),
        ),
      );
      for (const each of page.Contents ?? [])
        if (each.Key !== undefined)
          found.push({ key: each.Key, bytes: each.Size ?? 0, changedAt: each.LastModified?.getTime() ?? 0 });
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return found;
  }

  async read(key: string): Promise<Readable> {
    const answer = await this.send(`reading ${key}`, () =>
      this.client.send(new GetObjectCommand({ Bucket: this.options.bucket, Key: key })),
    );
    if (answer.Body === undefined)
      throw new SnapshotError("truncated", `reading ${key}: no content; take another snapshot`);
    return answer.Body as Readable;
  }

  async readText(key: string): Promise<string> {
    const body = await this.read(key);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of body) chunks.push(chunk as Buffer);
    } catch (error) {
      throw snapshotErrorOf(error, `reading ${key}`);
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  async write(key: string, source: Source): Promise<void> {
    this.own(key);
    const { client, buffers } = this;
    const to = { Bucket: this.options.bucket, Key: key };
    const partBytes = Math.max(PART_BYTES, Math.ceil(source.bytes / MOST_PARTS));
    const doing = `uploading ${key}`;
    if (source.bytes > partBytes)
      return await sendInParts({
        client,
        to,
        source,
        partBytes,
        parallel: PARALLEL,
        buffers,
        send: (request) => this.send(doing, request),
      });
    const buffer = buffers.take(PART_BYTES);
    try {
      const Body = buffer.subarray(0, await source.fill(buffer));
      await this.send(doing, () => client.send(new PutObjectCommand({ ...to, Body, ChecksumAlgorithm: "CRC32" })));
    } finally {
      buffers.give(buffer);
    }
  }

  async writeText(key: string, text: string): Promise<void> {
    this.own(key);
    await this.send(`uploading ${key}`, () =>
      this.client.send(
        new PutObjectCommand({ Bucket: this.options.bucket, Key: key, Body: text, ContentType: "application/json" }),
      ),
    );
  }

  async remove(key: string): Promise<void> {
    this.own(key);
    await this.send(`removing ${key}`, () =>
      this.client.send(new DeleteObjectCommand({ Bucket: this.options.bucket, Key: key })),
    );
  }

  waiting(): Waiting | null {
    const [oldest] = this.unanswered;
    return oldest === undefined ? null : { doing: oldest.doing, ms: performance.now() - oldest.since };
  }

  close(): void {
    this.client.destroy();
  }

  /** Another site's snapshots may be read, never changed. */
  private own(key: string): void {
    if (!key.startsWith(this.options.prefix)) throw new Error(`${key} is not below ${this.options.prefix}`);
  }

  private async send<T>(doing: string, request: () => Promise<T>): Promise<T> {
    const asked = { doing, since: performance.now() };
    this.unanswered.add(asked);
    try {
      return await request();
    } catch (error) {
      throw snapshotErrorOf(error, doing);
    } finally {
      this.unanswered.delete(asked);
    }
  }
}

function readCredentials(folder: string): { accessKeyId: string; secretAccessKey: string } {
  const read = (name: string): string => {
    try {
      return readFileSync(join(folder, name), "utf8").trim();
    } catch {
      throw new SnapshotError(
        "denied",
        `${join(folder, name)}: cannot be read; the Secret needs accessKey and secretKey`,
      );
    }
  };
  return { accessKeyId: read("accessKey"), secretAccessKey: read("secretKey") };
}
