import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { SnapshotConfig } from "../config";
import { Trouble, troubleOf } from "../trouble";
import type { ObjectStore, StoredObject } from "./objectStore";

/** What is in memory of a file on its way: parts times queue, whatever the file's size. */
const PART_BYTES = 8 * 2 ** 20;
const QUEUE = 2;
const MOST_PARTS = 9_000;
const LIST_PAGE = 1_000;

export interface S3Options extends Pick<SnapshotConfig, "bucket" | "region" | "endpoint" | "pathStyle" | "prefix"> {
  /** Folder with the files `accessKey` and `secretKey`; null: the pod's own identity (IRSA). */
  readonly credentials: string | null;
  /** Without an answer, or a byte of one, for so long a request is tried again, twice. */
  readonly timeoutMs?: number;
}

/** S3, or what speaks like it. */
export class S3Store implements ObjectStore {
  private readonly client: S3Client;

  constructor(private readonly options: S3Options) {
    const { region, endpoint, pathStyle, credentials, timeoutMs = 60_000 } = options;
    this.client = new S3Client({
      region,
      forcePathStyle: pathStyle,
      maxAttempts: 3,
      requestHandler: { connectionTimeout: Math.min(5_000, timeoutMs), requestTimeout: timeoutMs, throwOnRequestTimeout: true, socketTimeout: timeoutMs },
      ...(endpoint === null ? {} : { endpoint }),
      // Read anew for each new set: the Secret may change under a running pod.
      ...(credentials === null ? {} : { credentials: async () => ({ ...readCredentials(credentials), expiration: new Date(Date.now() + 300_000) }) }),
    });
  }

  async list(prefix: string): Promise<StoredObject[]> {
    const found: StoredObject[] = [];
    let token: string | undefined;
    do {
      const page = await this.send("listing the bucket", () => this.client.send(new ListObjectsV2Command({ Bucket: this.options.bucket, Prefix: prefix, MaxKeys: LIST_PAGE, ...(token === undefined ? {} : { ContinuationToken: token }) })));
      for (const each of page.Contents ?? []) if (each.Key !== undefined) found.push({ key: each.Key, bytes: each.Size ?? 0, changedAt: each.LastModified?.getTime() ?? 0 });
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return found;
  }

  async read(key: string): Promise<Readable> {
    const answer = await this.send(`reading ${key}`, () => this.client.send(new GetObjectCommand({ Bucket: this.options.bucket, Key: key })));
    if (answer.Body === undefined) throw new Trouble("truncated", `reading ${key}: no content; take another snapshot`);
    return answer.Body as Readable;
  }

  async readText(key: string): Promise<string> {
    const body = await this.read(key);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of body) chunks.push(chunk as Buffer);
    } catch (error) {
      throw troubleOf(error, `reading ${key}`);
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  async write(key: string, body: Readable, bytes: number): Promise<void> {
    this.own(key);
    const upload = new Upload({
      client: this.client,
      params: { Bucket: this.options.bucket, Key: key, Body: body, ChecksumAlgorithm: "CRC32" },
      partSize: Math.max(PART_BYTES, Math.ceil(bytes / MOST_PARTS)),
      queueSize: QUEUE,
    });
    await this.send(`uploading ${key}`, () => upload.done());
  }

  async writeText(key: string, text: string): Promise<void> {
    this.own(key);
    await this.send(`uploading ${key}`, () => this.client.send(new PutObjectCommand({ Bucket: this.options.bucket, Key: key, Body: text, ContentType: "application/json" })));
  }

  async remove(key: string): Promise<void> {
    this.own(key);
    await this.send(`removing ${key}`, () => this.client.send(new DeleteObjectCommand({ Bucket: this.options.bucket, Key: key })));
  }

  close(): void {
    this.client.destroy();
  }

  /** Another site's snapshots may be read, never changed. */
  private own(key: string): void {
    if (!key.startsWith(this.options.prefix)) throw new Error(`${key} is not below ${this.options.prefix}`);
  }

  private async send<T>(doing: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw troubleOf(error, doing);
    }
  }
}

function readCredentials(folder: string): { accessKeyId: string; secretAccessKey: string } {
  const read = (name: string): string => {
    try {
      return readFileSync(join(folder, name), "utf8").trim();
    } catch {
      throw new Trouble("denied", `${join(folder, name)}: cannot be read; the Secret needs accessKey and secretKey`);
    }
  };
  return { accessKeyId: read("accessKey"), secretAccessKey: read("secretKey") };
}
