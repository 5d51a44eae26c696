import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteBucketPolicyCommand, DeleteObjectCommand, GetBucketLocationCommand, GetBucketVersioningCommand, GetObjectCommand, ListObjectsV2Command, PutBucketVersioningCommand, PutObjectCommand, S3Client,
} from "@aws-sdk/client-s3";
import { cacheDirectory, PROJECT_ROOT } from "../../../../lab/paths";
import { builtPulumi } from "../../../../lab/pulumi/cli";
import { installPulumiHome } from "../../../../lab/pulumi/install";
import { Moto } from "./moto";

const BUCKET = "example-cache-snapshots";
const PROGRAM = `
import { AwsStorage } from "./components/storage/awsStorage";
import { awsDefaults } from "./components/settings/snapshots";
import { bucketArn, snapshotAccess } from "./components/storage/documents";
const settings = { ...awsDefaults, bucket: "${BUCKET}", region: "eu-central-1", cidrs: ["0.0.0.0/0"] };
const access = snapshotAccess({ bucketArn: bucketArn(settings.bucket, settings.region), prefix: "cache/primary/", kmsKeyArn: "" });
const storage = new AwsStorage("snapshots", { settings, access, accounts: [], identityName: "cache-primary-snapshots" }, {});
export const key = storage.access;
`;

describe("a site's bucket, by the real engine and the lab's aws provider against moto", function () {
  this.timeout(180_000);
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
    await writeFile(join(folder, "index.ts"), PROGRAM);
    await writeFile(join(folder, "passphrase"), "for this test only");
    for (const name of ["node_modules", "components", "server", "guard"]) await symlink(join(PROJECT_ROOT, name), join(folder, name));
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
      execFile("pulumi", [...args, "--stack", "dev", "--non-interactive"], { cwd: folder, env }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : 1, stdout, output: stdout + stderr });
      });
    });
  const client = (accessKeyId: string, secretAccessKey: string): S3Client => {
    const made = new S3Client({ endpoint: moto.endpoint, region: "eu-central-1", forcePathStyle: true, maxAttempts: 1, credentials: { accessKeyId, secretAccessKey } });
    clients.push(made);
    return made;
  };
  let admin: S3Client;
  let own: S3Client;

  it("is made, and the second time there is nothing to do", async () => {
    const made = await new Promise<number>((resolve) => execFile("pulumi", ["stack", "init", "dev"], { cwd: folder, env }, (error) => resolve(error === null ? 0 : 1)));
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
    await admin.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: "Suspended" } }));
    await admin.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
    const preview = await pulumi("preview", "--refresh", "--expect-no-changes");
    assert.notEqual(preview.code, 0, "the change is seen");
    const up = await pulumi("up", "--yes", "--skip-preview", "--refresh");
    assert.equal(up.code, 0, up.output);
    assert.equal((await admin.send(new GetBucketVersioningCommand({ Bucket: BUCKET }))).Status, "Enabled");
  });

  describe("its access, judged by moto's authorization", () => {
    const objectIn = (Bucket: string, Key: string) => ({ Bucket, Key });
    before(async () => {
      // The policy that asks for TLS would refuse everything here: moto speaks plain HTTP.
      await admin.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
      await moto.authorize(true);
    });
    after(() => moto.authorize(false));

    it("allows the five actions under its own prefix", async () => {
      const mine = objectIn(BUCKET, "cache/primary/e00000001/dump.rdb");
      await own.send(new PutObjectCommand({ ...mine, Body: "x" }));
      await own.send(new GetObjectCommand(mine));
      await own.send(new GetBucketLocationCommand({ Bucket: BUCKET }));
      await own.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: "cache/primary/" }));
      await own.send(new DeleteObjectCommand(mine));
    });

    const denied: Readonly<Record<string, () => Promise<unknown>>> = {
      "another site's prefix": () => own.send(new PutObjectCommand({ ...objectIn(BUCKET, "cache/dr/dump.rdb"), Body: "x" })),
      "the top of the bucket": () => own.send(new GetObjectCommand(objectIn(BUCKET, "dump.rdb"))),
      "another bucket": () => own.send(new PutObjectCommand({ ...objectIn("another-bucket", "cache/primary/dump.rdb"), Body: "x" })),
      "versioning": () => own.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: "Suspended" } })),
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
