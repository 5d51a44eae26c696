import assert from "node:assert/strict";
import { NotUnderstood } from "../../contract/parse";
import { parseSiteFile, writeSiteFile, type SiteFile } from "../../contract/siteFile";
import { parseSnapshotsFile, writeSnapshotsFile, type SnapshotsFile } from "../../contract/snapshotsFile";
import { siteName } from "../../server/types";

const site: SiteFile = {
  site: siteName("dr"),
  namespace: "cache",
  engine: "dragonfly",
  snapshotCron: null,
  dbfilename: "dump",
  peers: [{ site: siteName("primary"), host: "dragonfly-source", serverPort: 6381, guardPort: 9981 }],
  users: [{ name: "app", kind: "application", keys: ["*"], channels: [], commands: ["+@all"] }],
  defaultUser: "locked",
  onPeerUnreachable: "hold",
  onCrash: "recover",
  onSilent: "wait",
  snapshots: { restoreWhenEmpty: true },
};
const snapshots: SnapshotsFile = {
  site: siteName("dr"),
  engine: "redis",
  cron: "0 * * * *",
  bucket: "b",
  region: "r",
  endpoint: null,
  pathStyle: true,
  prefix: "cache/dr/",
  retention: { days: 7, least: 3 },
  restoreWhenEmpty: false,
  peers: [siteName("primary")],
};

function problems(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof NotUnderstood);
    return error.problems;
  }
  return [];
}
const changed = (content: object, changes: object): string => JSON.stringify({ ...content, ...changes });

describe("site.json", () => {
  const read = (changes: object): SiteFile => parseSiteFile(changed(site, changes), "site.json");

  it("is read as it was written", () => {
    assert.deepEqual(parseSiteFile(writeSiteFile(site), "site.json"), site);
  });

  it("of a newer version is read by an older guard: fields that it does not know pass", () => {
    const { users, ...newer } = read({ later: { a: 1 }, users: [{ ...site.users[0], tenant: "x" }] });
    assert.equal(users.length, 1);
    assert.equal((newer as object as { later: object }).later instanceof Object, true);
  });

  it("of an older version is read by a newer guard: no snapshots where it says nothing of them", () => {
    const content = read({ snapshots: undefined, snapshotCron: undefined });
    assert.deepEqual([content.snapshots, content.snapshotCron], [undefined, null]);
  });

  it("names every key that is missing or wrong, with its file", () => {
    const broken = { site: "DR", engine: "mongo", peers: [{ site: "primary", host: "h", serverPort: "1" }], users: {} };
    assert.deepEqual(
      problems(() => read(broken)),
      [
        `site: is "DR", not a site's name (a DNS label of at most 32 characters)`,
        'engine: is "mongo", not known to this version (dragonfly, redis)',
        'peers[0].serverPort: is "1", not a whole number of at least 0',
        "peers[0].guardPort: is missing",
        "users: is an object, not a list",
      ],
    );
    assert.throws(() => parseSiteFile("{", "site.json"), /^NotUnderstood: site\.json: is not JSON$/);
  });

  it("refuses the kind of a user that it does not know: nobody guesses what a user may do", () => {
    assert.match(
      problems(() => read({ users: [{ ...site.users[0], kind: "auditor" }] })).join(),
      /^users\[0\]\.kind: is "auditor", not known to this version/,
    );
  });
});

describe("snapshots.json", () => {
  const read = (changes: object): SnapshotsFile => parseSnapshotsFile(changed(snapshots, changes), "snapshots.json");

  it("is read as it was written", () => {
    assert.deepEqual(parseSnapshotsFile(writeSnapshotsFile(snapshots), "snapshots.json"), snapshots);
  });

  it("has no schedule where that is empty or missing", () => {
    assert.deepEqual([read({ cron: "" }).cron, read({ cron: undefined }).cron], [null, null]);
  });

  it("names every key that is wrong, and a prefix that is another site's", () => {
    assert.deepEqual(
      problems(() => read({ bucket: "", retention: { days: 0 } })),
      [
        'bucket: is "", not a text that is not empty',
        "retention.days: is 0, not a number of at least 1",
        "retention.least: is missing",
      ],
    );
    assert.match(problems(() => read({ prefix: "cache/primary/" })).join(), /does not end in \/dr\//);
  });
});
