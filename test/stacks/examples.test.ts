import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bucketArn, snapshotAccess } from "../../components/storage/documents";
import { snapshotPrefix } from "../../components/settings/snapshots";
import { readStackFile } from "../../stacks/render";

const examples = join(__dirname, "../../examples");

describe("the examples", () => {
  it("give the user on premises the rights that the program gives itself in AWS", () => {
    const { settings } = readStackFile(join(examples, "on-premises/Pulumi.primary.yaml"));
    const bucket = bucketArn(settings.snapshots.s3?.bucket ?? "", "us-east-1");
    const policy: unknown = JSON.parse(readFileSync(join(examples, "on-premises/policy.json"), "utf8"));
    assert.deepEqual(
      policy,
      snapshotAccess({
        bucketArn: bucket,
        prefix: snapshotPrefix(settings.namespace, settings.site),
        kmsKeyArn: undefined,
      }),
    );
  });

  it("speak of what their stack files have", () => {
    for (const [example, words] of Object.entries({
      aws: ["oidcProviderArn", "cidrs"],
      "on-premises": ["rustfs-svc.storage.svc.cluster.local:9000", "dragonfly-backups"],
    })) {
      const [readme, file] = ["README.md", "Pulumi.primary.yaml"].map((name) =>
        readFileSync(join(examples, example, name), "utf8"),
      );
      for (const word of words)
        assert.ok(readme?.includes(word) === true && file?.includes(word) === true, `${example}: ${word}`);
    }
  });
});
