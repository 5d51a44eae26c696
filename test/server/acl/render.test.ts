import assert from "node:assert/strict";
import fc from "fast-check";
import { siteUsers } from "../../../server/acl/builtin";
import { parseAclFile } from "../../../server/acl/parse";
import { renderAclFile } from "../../../server/acl/render";
import { applications, engines, everyUser, hashes } from "./users";

const modes = ["locked", "password"] as const;

describe("the ACL file", () => {
  for (const engine of engines) {
    for (const mode of modes) {
      it(`of ${engine} with default ${mode} is born closed, whatever the users`, () => {
        fc.assert(
          fc.property(applications, (configured) => {
            const users = siteUsers(engine, configured);
            const { users: parsed, problems } = parseAclFile(engine, renderAclFile(engine, users, mode, hashes(users)));
            assert.deepEqual(problems, []);
            assert.deepEqual(
              parsed.map(({ name }) => name),
              ["default", ...users.map(({ name }) => name)],
            );
            for (const user of parsed) {
              const open = ["guard", "monitoring", "snapshots"].includes(user.name);
              assert.equal(user.enabled, open, user.name);
              assert.equal(user.passwordless, false, user.name);
              if (!open && user.name !== "default") assert.deepEqual([user.channels, user.commands], [[], ["-@all"]]);
              if (user.name !== "default") assert.equal(user.passwords.length, 1);
            }
          }),
        );
      });
    }
  }

  it("lets Dragonfly's new connections authenticate although default is locked (note 5)", () => {
    const users = everyUser("dragonfly");
    const [first] = renderAclFile("dragonfly", users, "locked", hashes(users)).split("\n");
    assert.equal(first, "USER default OFF -@all +AUTH +HELLO +QUIT");
  });

  it("takes from Redis' default user what it has before its line is read", () => {
    const users = everyUser("redis");
    const [first] = renderAclFile("redis", users, "locked", hashes(users)).split("\n");
    assert.equal(first, "user default off resetpass resetkeys resetchannels -@all");
  });

  it("gives each line of Dragonfly's at least four words, no comment and no quote", () => {
    fc.assert(
      fc.property(applications, fc.constantFrom(...modes), (configured, mode) => {
        const users = siteUsers("dragonfly", configured);
        for (const line of renderAclFile("dragonfly", users, mode, hashes(users)).trimEnd().split("\n")) {
          assert.ok(line.split(" ").length >= 4, line);
          assert.match(line, /^USER \S+ (ON|OFF) /);
          assert.doesNotMatch(line, /["']| #(?![0-9a-f]{64}( |$))/);
        }
      }),
    );
  });

  it("never holds a password in clear", () => {
    const users = everyUser("redis");
    for (const engine of engines) assert.doesNotMatch(renderAclFile(engine, users, "password", hashes(users)), /[ ]>/);
  });

  it("refuses a missing or broken hash, and a name that would break the file", () => {
    const users = everyUser("redis");
    assert.throws(() => renderAclFile("redis", users, "locked", hashes(users.slice(1))), /"keycloak"/);
    assert.throws(
      () => renderAclFile("redis", users, "locked", { ...hashes(users), keycloak: "secret" }),
      (error: Error) => /"keycloak"/.test(error.message) && !error.message.includes("secret"),
    );
    for (const name of ["a b", "", "a\nUSER x ON nopass +@all", "default"]) {
      assert.throws(
        () =>
          renderAclFile("redis", [{ name, kind: "application", keys: [], channels: [], commands: [] }], "locked", {
            [name]: "0".repeat(64),
          }),
        /not a name/,
        name,
      );
    }
  });
});
