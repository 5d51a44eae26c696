import assert from "node:assert/strict";
import fc from "fast-check";
import { closeUser, openUser, openUserReadOnly } from "../../../server/acl/commands";
import { parseAclFile } from "../../../server/acl/parse";
import { defaultAclUsers } from "../../../components/settings/resolve";
import type { AclUser } from "../../../server/acl/user";
import { applications, engines } from "./users";

const cache: AclUser = {
  name: "appcache",
  kind: "application",
  keys: ["cache:*"],
  channels: [],
  commands: ["+@all", "-@dangerous", "+INFO"],
};

describe("ACL commands of the guard", () => {
  it("open a user", () => {
    assert.deepEqual(openUser("redis", cache, "pw"), [
      "SETUSER",
      "appcache",
      "on",
      "resetpass",
      ">pw",
      "resetkeys",
      "~cache:*",
      "resetchannels",
      "-@all",
      "+@all",
      "-@dangerous",
      "+info",
    ]);
    assert.deepEqual(openUser("dragonfly", cache, "pw"), [
      "SETUSER",
      "appcache",
      "ON",
      "resetpass",
      ">pw",
      "resetkeys",
      "~cache:*",
      "resetchannels",
      "&__dr:none",
      "-@all",
      "+@all",
      "-@dangerous",
      "+INFO",
    ]);
  });

  it("open it for reading on a replica", () => {
    for (const engine of engines) {
      const args = openUserReadOnly(engine, cache, "pw");
      assert.deepEqual(args.slice(0, -1), openUser(engine, cache, "pw"));
      assert.equal(args.at(-1), "-@write");
    }
  });

  it("close it and keep its password and keys", () => {
    assert.deepEqual(closeUser("redis", cache), ["SETUSER", "appcache", "off", "resetchannels", "-@all"]);
    assert.deepEqual(closeUser("dragonfly", cache), ["SETUSER", "appcache", "OFF", "resetchannels", "-@all"]);
    assert.deepEqual(closeUser("dragonfly", { name: "default" }), [
      "SETUSER",
      "default",
      "OFF",
      "resetchannels",
      "-@all",
      "+AUTH",
      "+HELLO",
      "+QUIT",
    ]);
  });

  it("end no session of Dragonfly's by opening, and every one by closing", () => {
    const lastChannelRule = (args: readonly string[]): string | undefined =>
      args.filter((word) => /^(&|resetchannels$|allchannels$)/.test(word)).at(-1);
    fc.assert(
      fc.property(applications, (users) => {
        for (const user of [...users, ...defaultAclUsers]) {
          assert.match(lastChannelRule(openUser("dragonfly", user, "pw")) ?? "", /^&/);
          assert.equal(lastChannelRule(closeUser("dragonfly", user)), "resetchannels");
        }
      }),
    );
  });

  it("stand in the engine's grammar and grant just what the user has", () => {
    fc.assert(
      fc.property(applications, fc.constantFrom(...engines), (users, engine) => {
        for (const user of users) {
          const words = openUser(engine, user, "pw").slice(1);
          const {
            users: [parsed],
            problems,
          } = parseAclFile(engine, `user ${words.join(" ")}\nuser default off resetpass -@all`);
          assert.deepEqual(problems, []);
          assert.deepEqual(parsed?.keys, user.keys);
          assert.deepEqual(
            parsed?.channels.filter((channel) => channel !== "__dr:none"),
            user.channels,
          );
        }
      }),
    );
  });

  it("refuse a password that a replica could not send, without showing it", () => {
    for (const password of ["", "a b", "p@ss", "a\nb"]) {
      assert.throws(
        () => openUser("redis", cache, password),
        (error: Error) => /appcache/.test(error.message) && (password === "" || !error.message.includes(password)),
      );
    }
  });
});
