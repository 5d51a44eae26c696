import assert from "node:assert/strict";
import { noPasswordlessUser } from "../../../../policies/rules/acl/noPasswordlessUser";
import { assertRule, gaps, messages } from "../../fixtures/judging";
import { goodSite, inside, the } from "../../fixtures/site";

const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("acl-no-passwordless-user", () => {
  it("is a mandatory rule about ACL", () =>
    assertRule(noPasswordlessUser, "acl-no-passwordless-user", "acl", "mandatory", "critical"));

  it("passes the good site", () => {
    assert.deepEqual(messages(noPasswordlessUser, goodSite()), []);
    assert.deepEqual(gaps(noPasswordlessUser, goodSite()), []);
  });

  it("names the user and the line of each nopass, but not of one that is off with nobody to switch it on", () => {
    const site = goodSite();
    inside(the(site, "dragonfly-acl"), "stringData")["users.acl"] =
      "USER default OFF -@all +AUTH +HELLO\n" +
      "USER keycloak OFF nopass ~keycloak:*\nUSER cache ON nopass ~cache:* +@all\n";
    assert.deepEqual(messages(noPasswordlessUser, site), [
      "Secret dragonfly-acl: user cache (line 3) needs no password",
    ]);
  });

  it("reads the encoded data of a Secret too", () => {
    const site = goodSite();
    const secret = the(site, "dragonfly-acl").props;
    delete secret["stringData"];
    secret["data"] = { "users.acl": Buffer.from("USER default OFF -@all\nUSER x ON nopass\n").toString("base64") };
    assert.deepEqual(messages(noPasswordlessUser, site), ["Secret dragonfly-acl: user x (line 2) needs no password"]);
  });

  it("follows an operator's resource to its Secret", () => {
    const site = goodSite().filter((each) => each.name === "dragonfly-acl");
    site.push({
      type: "kubernetes:dragonflydb.io/v1alpha1:Dragonfly",
      name: "df",
      stack: "primary",
      props: {
        metadata: { name: "df", namespace: "cache" },
        spec: { aclFromSecret: { name: "dragonfly-acl", key: "users.acl" } },
      },
    });
    inside(the(site, "dragonfly-acl"), "stringData")["users.acl"] = "USER open ON nopass\n";
    assert.deepEqual(messages(noPasswordlessUser, site), [
      "Secret dragonfly-acl: user open (line 1) needs no password",
    ]);
  });

  it("says that it could not judge a file that is not known yet, and raises no alarm", () => {
    const site = goodSite();
    inside(the(site, "dragonfly-acl"), "stringData")["users.acl"] = UNKNOWN_TEXT;
    assert.deepEqual(messages(noPasswordlessUser, site), []);
    assert.deepEqual(gaps(noPasswordlessUser, site), ["the ACL file in Secret dragonfly-acl is not known yet"]);
  });

  it("does not repeat what stands where a name should be", () => {
    const site = goodSite();
    inside(the(site, "dragonfly-acl"), "stringData")["users.acl"] = "USER >hunter2 ON nopass\n";
    assert.deepEqual(messages(noPasswordlessUser, site), [
      "Secret dragonfly-acl: the user at line 1 needs no password",
    ]);
  });
});
