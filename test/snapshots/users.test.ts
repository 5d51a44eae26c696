import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { siteUsers } from "../../server/acl/builtin";
import { renderAclFile } from "../../server/acl/render";
import { Connection } from "../../snapshots/server/connection";
import { Dumper } from "../../snapshots/take/dump";
import { readAgain, takeSample } from "../../snapshots/server/sample";
import { readCounts } from "../../snapshots/server/counts";
import { DataServer, engines } from "./support";

describe("the users of a Redis that snapshots log in as", function () {
  this.timeout(180_000);
  let server: DataServer | null = null;
  afterEach(() => server?.stop());

  it("may do what a snapshot needs, and the one that reads may write nothing", async function () {
    if (!engines().includes("redis")) return this.skip();
    server = await DataServer.start("redis");
    await server.fill(500);
    const users = siteUsers("redis", []);
    const hashes = Object.fromEntries(
      ["default", ...users.map(({ name }) => name)].map((name) => [
        name,
        createHash("sha256").update(`password-of-${name}`).digest("hex"),
      ]),
    );
    writeFileSync(join(server.folder, "users.acl"), renderAclFile("redis", users, "locked", hashes));
    const admin = await server.connect();
    for (const line of renderAclFile("redis", users, "locked", hashes).split("\n")) {
      const [keyword, name, ...rules] = line.split(" ");
      if (keyword === "user" && name !== undefined && name !== "default")
        await admin.call("ACL", "SETUSER", name, "reset", ...rules);
    }
    const as = (username: string) =>
      Connection.open({ host: "127.0.0.1", port: server?.port ?? 0, username, password: `password-of-${username}` });
    const [steering, reading] = [await as("guard"), await as("snapshots")];
    const sample = await takeSample(reading, [0]);
    assert.equal(sample.length, 256);
    assert.deepEqual(
      new Set((await readAgain(reading, sample)).map(({ digest }) => digest)),
      new Set(sample.map(({ digest }) => digest)),
    );
    const dumper = new Dumper("redis", server.folder, join(server.folder, "staging"));
    const dump = await dumper.dump(steering, "20261121T060000Z-e1-7", 60_000);
    assert.deepEqual(dump.files, ["dump.rdb"]);
    assert.deepEqual(await readCounts(steering), { 0: 507 });
    for (const forbidden of [
      ["SET", "cache:1", "x"],
      ["GET", "__dr:heartbeat"],
      ["BGSAVE"],
      ["CONFIG", "GET", "*"],
      ["KEYS", "*"],
    ]) {
      await assert.rejects(reading.call(...forbidden), /NOPERM/, forbidden.join(" "));
    }
    [steering, reading, admin].forEach((each) => each.close());
  });
});
