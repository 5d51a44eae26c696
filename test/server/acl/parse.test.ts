import assert from "node:assert/strict";
import { parseAclFile } from "../../../server/acl/parse";

const hash = "a".repeat(64);
const locked = "USER default OFF -@all +AUTH +HELLO +QUIT\n";
const reasons = (text: string): readonly string[] =>
  parseAclFile("dragonfly", text).problems.map(({ line, position, reason }) => `${line}:${position} ${reason}`);

describe("reading an ACL file", () => {
  it("takes the file that a real Dragonfly took", () => {
    const { users, problems } = parseAclFile(
      "dragonfly",
      `${locked}USER admin ON >x +@all ~*\nUSER cache ON >x +@all -@dangerous +INFO ~cache:*\nUSER repl ON >x -@all +PING +REPLCONF +DFLY\n`,
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      users.map(({ name, enabled, keys, commands }) => ({ name, enabled, keys, commands })),
      [
        { name: "default", enabled: false, keys: [], commands: ["-@all", "+AUTH", "+HELLO", "+QUIT"] },
        { name: "admin", enabled: true, keys: ["*"], commands: ["+@all"] },
        { name: "cache", enabled: true, keys: ["cache:*"], commands: ["+@all", "-@dangerous", "+INFO"] },
        { name: "repl", enabled: true, keys: [], commands: ["-@all", "+PING", "+REPLCONF", "+DFLY"] },
      ],
    );
  });

  it("says where and why Dragonfly would refuse, which opens it", () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ["# users\n", /^2:1 .*no comments/],
      ["USER a ON\n", /^2:3 .*at least two rules/],
      ["USER a ON +NOSUCH\n", /^2:4 .*no command "NOSUCH"/],
      ["USER a ON +@hyperloglog\n", /^2:4 .*no category/],
      ["USER a ON +CONFIG|GET\n", /^2:4 .*subcommands/],
      ["USER a ON ~* ~cache:*\n", /^2:5 .*pattern after/],
      ["USER a ON &* &x\n", /^2:5 .*pattern after/],
      ["USER a ON OFF\n", /^2:4 .*once/],
      ["USER a ON (+get ~x)\n", /^2:4 .*selectors/],
      ["USER a ON NOPASS\n", /^2:4 .*knows no such rule/],
      [`USER a ON #${hash.toUpperCase()}\n`, /^2:4 .*64/],
      ["PASS a ON +@all\n", /^2:1 .*begins with/],
    ];
    for (const [text, expected] of cases) {
      const found = reasons(locked + text);
      assert.ok(
        found.some((reason) => expected.test(reason)),
        `${text}: ${found.join("; ")}`,
      );
    }
  });

  it("finds a default user that is left out or open", () => {
    assert.match(reasons(`USER a ON >x +@all ~a:*\n`)[0] ?? "", /no line for default/);
    const [user] = parseAclFile("dragonfly", "USER default ON nopass +@all ~*\n").users;
    assert.equal(user?.passwordless, true);
  });

  it("knows that Dragonfly's resetpass leaves nopass standing, and Redis' does not", () => {
    assert.equal(parseAclFile("dragonfly", "USER default ON nopass resetpass +@all\n").users[0]?.passwordless, true);
    assert.equal(parseAclFile("redis", "user default on nopass resetpass +@all\n").users[0]?.passwordless, false);
  });

  it("begins Redis' default user with every right", () => {
    const [user] = parseAclFile("redis", "user default on\n").users;
    assert.deepEqual(user, {
      name: "default",
      line: 1,
      enabled: true,
      passwordless: true,
      passwords: 0,
      keys: ["*"],
      channels: ["*"],
      commands: ["+@all"],
    });
  });

  it("finds every problem at once, a user twice too, and shows no password", () => {
    const { problems } = parseAclFile(
      "redis",
      `user default off resetpass -@all\nuser a on #short >secret +@nothing\nuser a on <secret (x)\n`,
    );
    assert.deepEqual(
      problems.map(({ line, position, word }) => [line, position, word]),
      [
        [2, 4, "#"],
        [2, 6, "+@nothing"],
        [3, 2, "a"],
        [3, 4, "<"],
        [3, 5, "(x)"],
      ],
    );
    assert.doesNotMatch(JSON.stringify(problems), /secret|short/);
  });
});
