import assert from "node:assert/strict";
import { defaultUser } from "../../../../policies/rules/acl/defaultUser";
import { assertRule, gaps, messages } from "../../fixtures/judging";
import { goodSite, inside, the, type Draft } from "../../fixtures/site";

const container = (site: Draft[]) =>
  inside(the(site, "dragonfly", "StatefulSet"), "spec", "template", "spec", "containers", 0);
const setAcl = (site: Draft[], text: string): void => {
  inside(the(site, "dragonfly-acl"), "stringData")["users.acl"] = text;
};

describe("acl-default-user", () => {
  it("is a mandatory rule about ACL", () =>
    assertRule(defaultUser, "acl-default-user", "acl", "mandatory", "critical"));

  it("passes the good site", () => assert.deepEqual(messages(defaultUser, goodSite()), []));

  it("refuses a file without a line for default", () => {
    const site = goodSite();
    setAcl(site, "USER cache ON >secret-word ~cache:* +@all\n");
    assert.deepEqual(messages(defaultUser, site), [
      "Secret dragonfly-acl: no line for the user default: it stays open with every right",
    ]);
  });

  it("refuses a default user that is on without a password", () => {
    const site = goodSite();
    setAcl(site, "USER default ON nopass ~* +@all\n");
    assert.deepEqual(messages(defaultUser, site), [
      "Secret dragonfly-acl: user default (line 1) is on and needs no password",
    ]);
  });

  it("refuses a default user that would lock everyone out", () => {
    const site = goodSite();
    setAcl(site, "USER default OFF -@all\n");
    assert.deepEqual(messages(defaultUser, site), [
      "Secret dragonfly-acl: user default (line 1) lacks AUTH and HELLO: nobody could log in at all",
    ]);
  });

  it("accepts a default user with a password", () => {
    const site = goodSite();
    setAcl(site, `USER default ON #${"a".repeat(64)} ~* +@all -@dangerous\n`);
    assert.deepEqual(messages(defaultUser, site), []);
  });

  it("asks Dragonfly for requirepass besides, from a Secret or by flag, but not Redis", () => {
    const site = goodSite();
    container(site)["env"] = [];
    assert.deepEqual(messages(defaultUser, site), [
      "StatefulSet dragonfly: requirepass is not set: an ACL file that fails to load leaves the unnamed user open",
    ]);
    container(site)["command"] = ["redis-server"];
    setAcl(site, "user default off resetpass resetkeys resetchannels -@all\n");
    assert.deepEqual(messages(defaultUser, site), []);
  });

  it("refuses a server with neither ACL file nor requirepass", () => {
    const site = goodSite();
    Object.assign(container(site), { env: [], args: [] });
    assert.deepEqual(messages(defaultUser, site), [
      "StatefulSet dragonfly: no ACL file and no requirepass: anybody may do everything",
    ]);
  });

  it("refuses a file that is certainly not there", () => {
    const site = goodSite();
    container(site)["args"] = ["--aclfile=/elsewhere/users.acl"];
    assert.deepEqual(messages(defaultUser, site), [
      "StatefulSet dragonfly: the file that --aclfile names is mounted from nothing: the server does not " +
        "start, or starts without its users",
    ]);
  });

  it("says what it cannot know", () => {
    const site = goodSite();
    Object.assign(container(site), {
      args: ["--aclfile=/data/users.acl"],
      volumeMounts: [{ name: "data", mountPath: "/data" }],
    });
    assert.deepEqual(messages(defaultUser, site), []);
    assert.deepEqual(gaps(defaultUser, site), ["the ACL file is on a volume whose content is not known"]);
  });
});
