import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketReplicationCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { cacheDirectory, PROJECT_ROOT } from "../../../../lab/paths";
import { builtPulumi } from "../../../../lab/pulumi/cli";
import { installPulumiHome } from "../../../../lab/pulumi/install";
import type { AwsSettings } from "../../../../components/settings/snapshots";
import { Moto } from "./moto";

const BUCKET = "example-cache-snapshots";
const OTHER_REGION = "example-cache-snapshots-dr";
const KMS = "arn:aws:kms:eu-central-1:123456789012:key/1";
const ISSUER = "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE";
/** With a role and a key of KMS in place of a user and S3's own key. */
const BY_ROLE: Partial<AwsSettings> = {
  bucket: `${BUCKET}-role`,
  kmsKeyArn: KMS,
  oidcProviderArn: `arn:aws:iam::123456789012:oidc-provider/${ISSUER}`,
};
/** Without KMS: moto forgets which objects a rule of replication is for. */
const COPIED: Partial<AwsSettings> = {
  ...BY_ROLE,
  bucket: `${BUCKET}-copied`,
  kmsKeyArn: undefined,
  replicateTo: { bucketArn: `arn:aws:s3:::${OTHER_REGION}`, kmsKeyArn: undefined },
};

const program = (...wholes: readonly Partial<AwsSettings>[]): string => `
import { AwsStorage } from "./components/storage/awsStorage";
import { defaultsOf } from "./components/catalogue/fields";
import { aws, type AwsSettings } from "./components/settings/snapshots";
import { bucketArn, snapshotAccess } from "./components/storage/documents";
function storageOf(name: string, changed: Partial<AwsSettings>) {
  const given = { bucket: "${BUCKET}", region: "eu-central-1", cidrs: ["0.0.0.0/0"] };
  const settings = { ...defaultsOf(aws), ...given, ...changed };
  const { bucket, region, kmsKeyArn } = settings;
  const access = snapshotAccess({ bucketArn: bucketArn(bucket, region), prefix: "cache/primary/", kmsKeyArn });
  const accounts = [{ namespace: "cache", name: "dragonfly" }];
  return new AwsStorage(name, { settings, access, accounts, identityName: \`cache-primary-\${name}\` }, {});
}
export const key = storageOf("snapshots", {}).access;
${wholes.map((whole, at) => `storageOf("whole${at}", ${JSON.stringify(whole)});`).join("\n")}
`;

describe("a site's bucket, by the real engine and the lab's aws provider against moto", function () {
  this.timeout(600_000);
  let moto: Moto;
  let folder = "";
  let env: NodeJS.ProcessEnv = {};
  const clients: S3Client[] = [];

  before(async function () {
    const pulumiBinary = builtPulumi(cacheDirectory());
    assert.ok(existsSync(pulumiBinary), `${pulumiBinary} is not built; run make setup`);
    moto = await Moto.start();
    folder = await mkdtemp(join(tmpdir(), "dragonfly-dr-aws-"));
    await mkdir(join(folder, "backend"));
    await writeFile(join(folder, "Pulumi.yaml"), "name: storage\nruntime: nodejs\nmain: index.ts\n");
    await writeFile(join(folder, "package.json"), '{"name":"storage","version":"1.0.0"}');
    await writeFile(join(folder, "index.ts"), program());
    await writeFile(join(folder, "passphrase"), "for this test only");
    for (const name of ["node_modules", "components", "server", "guard"])
      await symlink(join(PROJECT_ROOT, name), join(folder, name));
    const home = await installPulumiHome({ cacheDir: cacheDirectory(), pulumiBinary });
    env = {
      ...process.env,
      ...home.env,
      PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "passphrase"),
      AWS_ENDPOINT_URL: moto.endpoint,
      AWS_ACCESS_KEY_ID: "admin",
      AWS_SECRET_ACCESS_KEY: "admin",
      NODE_NO_WARNINGS: "1",
    };
  });
  after(async () => {
    clients.forEach((each) => each.destroy());
    await moto.stop();
    if (folder !== "") await rm(folder, { recursive: true, force: true });
  });

  const pulumi = (...args: string[]): Promise<{ code: number; stdout: string; output: string }> =>
    new Promise((resolve) => {
      execFile(
        "pulumi",
        [...args, "--stack", "dev", "--non-interactive"],
        { cwd: folder, env },
        (error, stdout, stderr) => {
          resolve({
            code: typeof error?.code === "number" ? error.code : error === null ? 0 : 1,
            stdout,
            output: stdout + stderr,
          });
        },
      );
    });
  const client = (accessKeyId: string, secretAccessKey: string): S3Client => {
    const made = new S3Client({
      endpoint: moto.endpoint,
      region: "eu-central-1",
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey },
    });
    clients.push(made);
    return made;
  };
  let admin: S3Client;
  let own: S3Client;

  it("is made, and the second time there is nothing to do", async () => {
    const made = await new Promise<number>((resolve) =>
      execFile("pulumi", ["stack", "init", "dev"], { cwd: folder, env }, (error) => resolve(error === null ? 0 : 1)),
    );
    assert.equal(made, 0);
    const up = await pulumi("up", "--yes", "--skip-preview");
    assert.equal(up.code, 0, up.output);
    const preview = await pulumi("preview", "--expect-no-changes");
    assert.equal(preview.code, 0, preview.output);
    admin = client("admin", "admin");
    assert.equal((await admin.send(new GetBucketVersioningCommand({ Bucket: BUCKET }))).Status, "Enabled");
  });

  it("keeps the key out of the plain state", async () => {
    const { stdout } = await pulumi("stack", "output", "key", "--json", "--show-secrets");
    const key = JSON.parse(stdout) as { accessKey: string; secretKey: string };
    own = client(key.accessKey, key.secretKey);
    const state = await readFile(join(folder, "backend", ".pulumi", "stacks", "storage", "dev.json"), "utf8");
    assert.ok(!state.includes(key.secretKey));
  });

  it("sees what somebody changed by hand, and mends it", async () => {
    await admin.send(
      new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: "Suspended" } }),
    );
    await admin.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
    const preview = await pulumi("preview", "--refresh", "--expect-no-changes");
    assert.notEqual(preview.code, 0, "the change is seen");
    const up = await pulumi("up", "--yes", "--skip-preview", "--refresh");
    assert.equal(up.code, 0, up.output);
    assert.equal((await admin.send(new GetBucketVersioningCommand({ Bucket: BUCKET }))).Status, "Enabled");
  });

  it("has what can be asked for: a role, keys of KMS, a copy in the other region; changes in place", async () => {
    await admin.send(
      new CreateBucketCommand({
        Bucket: OTHER_REGION,
        CreateBucketConfiguration: { LocationConstraint: "eu-central-1" },
      }),
    );
    await admin.send(
      new PutBucketVersioningCommand({ Bucket: OTHER_REGION, VersioningConfiguration: { Status: "Enabled" } }),
    );
    await writeFile(join(folder, "index.ts"), program(BY_ROLE, COPIED));
    const up = await pulumi("up", "--yes", "--skip-preview");
    assert.equal(up.code, 0, up.output);
    assert.doesNotMatch(up.output, /warning/);
    const preview = await pulumi("preview", "--refresh", "--expect-no-changes");
    assert.equal(preview.code, 0, preview.output);
    const Bucket = COPIED.bucket;
    const { ReplicationConfiguration } = await admin.send(new GetBucketReplicationCommand({ Bucket }));
    assert.equal(ReplicationConfiguration?.Rules?.[0]?.Destination?.Bucket, COPIED.replicateTo?.bucketArn);
    const { ServerSideEncryptionConfiguration } = await admin.send(
      new GetBucketEncryptionCommand({ Bucket: BY_ROLE.bucket }),
    );
    assert.equal(
      ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID,
      KMS,
    );

    await writeFile(join(folder, "index.ts"), program(BY_ROLE, { ...COPIED, expireDays: 45 }));
    const changed = await pulumi("up", "--yes", "--skip-preview");
    assert.match(changed.output, /1 updated/);
    const { Rules = [] } = await admin.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    assert.deepEqual(
      Rules.flatMap(({ Expiration }) => Expiration?.Days ?? []),
      [45],
    );
  });

  describe("its access, judged by moto's authorization", () => {
    const objectIn = (Bucket: string, Key: string) => ({ Bucket, Key });
    before(() => moto.authorize(true));
    after(() => moto.authorize(false));

    it("refuses plain HTTP, which is all that moto speaks, even to who has the right", async () => {
      await assert.rejects(
        own.send(new GetObjectCommand(objectIn(BUCKET, "cache/primary/any"))),
        (error: unknown) => error instanceof S3ServiceException && error.$metadata.httpStatusCode === 403,
      );
    });

    it("allows the five actions under its own prefix", async () => {
      await moto.authorize(false);
      await admin.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
      await moto.authorize(true);
      const mine = objectIn(BUCKET, "cache/primary/e00000001/dump.rdb");
      await own.send(new PutObjectCommand({ ...mine, Body: "x" }));
      await own.send(new GetObjectCommand(mine));
      await own.send(new GetBucketLocationCommand({ Bucket: BUCKET }));
      await own.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: "cache/primary/" }));
      await own.send(new DeleteObjectCommand(mine));
    });

    const denied: Readonly<Record<string, () => Promise<unknown>>> = {
      "another site's prefix": () =>
        own.send(new PutObjectCommand({ ...objectIn(BUCKET, "cache/dr/dump.rdb"), Body: "x" })),
      "the top of the bucket": () => own.send(new GetObjectCommand(objectIn(BUCKET, "dump.rdb"))),
      "another bucket": () =>
        own.send(new PutObjectCommand({ ...objectIn("another-bucket", "cache/primary/dump.rdb"), Body: "x" })),
      versioning: () =>
        own.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: "Suspended" } })),
      "the bucket's policy": () => own.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET })),
    };
    for (const [what, ask] of Object.entries(denied)) {
      it(`denies ${what}`, () => assert.rejects(ask(), { name: "AccessDenied" }));
    }
  });

  describe("when its stack goes", () => {
    it("is not deleted with its stack", async () => {
      const destroy = await pulumi("destroy", "--yes", "--skip-preview");
      assert.notEqual(destroy.code, 0);
      assert.match(destroy.output, /protect/);
      assert.equal((await admin.send(new GetBucketVersioningCommand({ Bucket: BUCKET }))).Status, "Enabled");
    });
  });
});
