import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { S3Server } from "../../../lab/storage/s3Server";
import { Toolchain } from "../../../lab/toolchain/toolchain";
import { freePort } from "../../support/ports";

describe("the lab's S3 server", function () {
  this.timeout(120_000);
  const directory = mkdtempSync(join(tmpdir(), "s3-"));
  let server: S3Server;
  const clients: S3Client[] = [];
  const client = (secretKey: string): S3Client => {
    const made = new S3Client({
      endpoint: server.access.endpoint,
      region: server.access.region,
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId: server.access.accessKey, secretAccessKey: secretKey },
    });
    clients.push(made);
    return made;
  };

  before(async () => {
    const program = Toolchain.prepared().program("versitygw", "versitygw");
    server = await S3Server.start({
      program,
      directory,
      address: "127.0.0.1",
      port: await freePort(),
      cgroupEntry: "/dev/null",
    });
  });
  after(() => {
    clients.forEach((each) => each.destroy());
    if (server.service?.alive === true) process.kill(server.service.pid, "SIGTERM");
    rmSync(directory, { recursive: true, force: true });
  });

  it("gives its user one bucket, on this machine's disk", async () => {
    const { bucket, secretKey } = server.access;
    await client(secretKey).send(new PutObjectCommand({ Bucket: bucket, Key: "cache/primary/a", Body: "x" }));
    assert.equal(readFileSync(join(server.data, bucket, "cache/primary/a"), "utf8"), "x");
    const got = await client(secretKey).send(new GetObjectCommand({ Bucket: bucket, Key: "cache/primary/a" }));
    assert.equal(await got.Body?.transformToString(), "x");
    await assert.rejects(client(secretKey).send(new CreateBucketCommand({ Bucket: "another" })), {
      name: "AccessDenied",
    });
  });

  it("refuses a wrong secret", async () => {
    await assert.rejects(client("wrong").send(new ListObjectsV2Command({ Bucket: server.access.bucket })), {
      name: "SignatureDoesNotMatch",
    });
  });

  it("shows no secret in its arguments", () => {
    const args = execFileSync("tr", ["\\0", " "], {
      input: readFileSync(`/proc/${server.service?.pid ?? 0}/cmdline`),
      encoding: "utf8",
    });
    assert.match(args, /posix/);
    assert.ok(!args.includes(server.access.secretKey));
  });
});
