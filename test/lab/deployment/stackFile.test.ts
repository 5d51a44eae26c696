import assert from "node:assert/strict";
import { parse } from "yaml";
import { configPath, renderStackFile, withKept } from "../../../lab/deployment/stackFile";
import { planLab, siteOf } from "../../../lab/plan";

type File = { encryptionsalt?: string; config: { "dragonfly-dr:snapshots": { s3: Record<string, unknown> } } };

describe("a lab's stack file", () => {
  const plan = planLab("scratch", "/tmp/none");
  const wanted = renderStackFile(plan, siteOf(plan, "primary"), "redis");

  it("leads the snapshots to this lab's own S3 server, by a user whose key is yet to be set", () => {
    const { file, missing } = withKept(wanted, "");
    assert.deepEqual((parse(file) as File).config["dragonfly-dr:snapshots"].s3, {
      endpoint: "http://10.213.0.1:7070",
      bucket: "dragonfly-snapshots",
    });
    assert.deepEqual(missing.map(configPath), [
      "dragonfly-dr:snapshots.s3.accessKey",
      "dragonfly-dr:snapshots.s3.secretKey",
    ]);
  });

  it("keeps what Pulumi has written into an earlier one", () => {
    const earlier =
      "encryptionsalt: v1:abc\nconfig:\n  dragonfly-dr:snapshots:\n    s3:\n      accessKey:\n        secure: " +
      "one\n      secretKey:\n        secure: two\n";
    const { file, missing } = withKept(wanted, earlier);
    const parsed = parse(file) as File;
    assert.equal(parsed.encryptionsalt, "v1:abc");
    assert.deepEqual(
      [
        parsed.config["dragonfly-dr:snapshots"].s3["accessKey"],
        parsed.config["dragonfly-dr:snapshots"].s3["secretKey"],
      ],
      [{ secure: "one" }, { secure: "two" }],
    );
    assert.deepEqual(missing, []);
  });
});
