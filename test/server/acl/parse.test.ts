import assert from "node:assert/strict";
import { ofProduct } from "../../../server/acl/dialect";
import { parseAclFile } from "../../../server/acl/parse";

const locked = "USER default OFF -@all +AUTH +HELLO +QUIT\n";
const reasons = (text: string): readonly string[] =>
  parseAclFile("dragonfly", text).problems.map(({ line, position, reason }) => `${line}:${position} ${reason}`);

describe("reading an ACL file", () => {
  it("takes the file that a real Dragonfly took", () => {
    const { users, problems } = parseAclFile(
      "dragonfly",
      `${locked}USER admin ON >x +@all ~*\nUSER cache ON >x +@all -@dangerous +INFO ~cache:*\nUSER repl ON >x ` +
        `-@all +PING +REPLCONF +DFLY\n`,
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
      ["USER a ON +NOSUCH\n", /^2:4 .*no such command/],
      ["USER a ON +@hyperloglog\n", /^2:4 .*no such category/],
      ["USER a ON +CONFIG|GET\n", /^2:4 .*subcommands/],
      ["USER a ON ~\n", /^2:4 .*no such rule/],
      ["USER a ON %r~x\n", /^2:4 .*no such rule/],
      ["USER a ON constructor __proto__\n", /^2:4 .*no such rule/],
      ["USER a ON $1 $2\n", /^2:5 .*one database/],
      ["USER a ON ~* ~cache:*\n", /^2:5 .*pattern after/],
      ["USER a ON &* &x\n", /^2:5 .*pattern after/],
      ["USER a ON OFF\n", /^2:4 .*once/],
      ["USER a ON (+get ~x)\n", /^2:4 .*no such rule/],
      ["USER a ON NOPASS\n", /^2:4 .*no such rule/],
      ["USER a ON #abc\n", /^2:4 .*64/],
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

  it("begins every user of a file with nothing, Redis' default too", () => {
    const [user] = parseAclFile("redis", "user default on\n").users;
    assert.deepEqual(user, {
      name: "default",
      line: 1,
      enabled: true,
      passwordless: false,
      passwords: [],
      keys: [],
      channels: [],
      commands: [],
      selectors: [],
    });
  });

  it("reads selectors, each with rights of its own", () => {
    const [user] = parseAclFile("redis", "user default on >p ~a:* +get (~b:* &c +@write) (%R~d:* +get)\n").users;
    assert.deepEqual(user?.selectors, [
      { keys: ["b:*"], channels: ["c"], commands: ["+@write"] },
      { keys: ["%R~d:*"], channels: [], commands: ["+get"] },
    ]);
    assert.deepEqual([user.keys, user.commands], [["a:*"], ["+get"]]);
  });

  it("knows what came with which version", () => {
    const problems = (product: "redis" | "valkey" | "dragonfly", version: number[], text: string): string[] =>
      parseAclFile(ofProduct(product, version), text).problems.map(({ line, position }) => `${line}:${position}`);
    const cases: readonly (readonly [string, Parameters<typeof problems>[0], number[], string[]])[] = [
      ["# x\nuser default off\n", "redis", [7, 4], ["1:1"]],
      ["# x\nuser default off\n", "redis", [8, 8], []],
      ["# x\nuser default off\n", "valkey", [9, 0], ["1:1"]],
      ["user default off\nuser a on\nuser a off\n", "redis", [6, 2], []],
      ["user default off\nuser a on\nuser a off\n", "redis", [7, 0], ["3:2"]],
      ["user default off (+get)\n", "redis", [6, 2], ["1:4"]],
      ["user default off &x\n", "redis", [6, 2], ["1:4"]],
      ["user default off resetchannels &x\n", "redis", [6, 2], []],
      ["user default off &x\n", "redis", [6, 0], ["1:4"]],
      ["user default off +config|nosuch\n", "redis", [6, 2], []],
      ["user default off +config|nosuch\n", "redis", [7, 0], ["1:4"]],
      ["user default off -config|get\n", "redis", [6, 2], ["1:4"]],
      ["user default off +hgetex\n", "redis", [7, 4], ["1:4"]],
      ["user default off +hgetex\n", "redis", [8, 0], []],
      ["user default off +json.get\n", "redis", [7, 4], ["1:4"]],
      ["user default off +json.get\n", "redis", [8, 0], []],
      ["USER default OFF +CF.ADD\n", "dragonfly", [1, 39], ["1:4"]],
      ["USER default OFF +CF.ADD\n", "dragonfly", [1, 40], []],
      ["USER default OFF +FT.HYBRID\n", "dragonfly", [1, 38], ["1:4"]],
      ["USER default OFF -@all\nUSER a ON >x\nUSER a ON ~y\n", "dragonfly", [1, 38], []],
    ];
    for (const [text, product, version, expected] of cases)
      assert.deepEqual(problems(product, version, text), expected, `${product} ${version.join(".")}: ${text}`);
  });

  it("says what depends on a version that is not known", () => {
    const doubts = (text: string): string[] => parseAclFile("redis", text).doubts.map(({ reason }) => reason);
    assert.equal(doubts("# x\nuser default off\n").length, 1);
    assert.equal(doubts("user default off +hgetex\n").length, 1);
    assert.deepEqual(doubts("user default off +get\n"), []);
    assert.equal(parseAclFile(ofProduct("redis", [99]), "user default off +newest\n").doubts.length, 1);
  });

  it("reads a line of 64 KiB within 50 ms, of whatever kind", () => {
    const kinds = ["+@read ", "~a:* ", ">p ", "(~x +get) ", "( ", "\\", "%R~", "<p ", "\t", "+config|get ", "$", '("'];
    for (const kind of kinds) {
      const text = `user default off ${kind.repeat(65_536 / kind.length)}`;
      for (const engine of ["redis", "dragonfly"] as const) {
        // The fastest of some: other programs run beside the test.
        const took = Math.min(
          ...Array.from({ length: 5 }, () => {
            const begin = performance.now();
            parseAclFile(engine, text);
            return performance.now() - begin;
          }),
        );
        assert.ok(took < 50, `${engine} ${kind}: ${took.toFixed(1)} ms`);
      }
    }
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
      ],
    );
    assert.doesNotMatch(JSON.stringify(problems), /secret|short/);
  });
});
