import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import Redis from "ioredis";
import { widestTable } from "../../../server/acl/commandTable";
import { ofProduct } from "../../../server/acl/dialect";
import { grantsOf } from "../../../server/acl/grants";
import { parseAclFile, type ParsedAclUser } from "../../../server/acl/parse";
import { freePort } from "../../support/ports";
import { Random } from "../../policies/random";
import { findProgram } from "../../unpacked";
import { line } from "./generated";

const LINES = 2_000;
const DRY_RUNS = 30;
const dialect = ofProduct("redis", [7, 0]);

/** The parser's word against that of the Redis that Debian has: of each line whether it loads, and what it grants. */
describe("ACL files read here and by a real Redis 7.0", function () {
  this.timeout(300_000);
  const program = findProgram("redis-server");
  const directory = mkdtempSync(join(tmpdir(), "acl-compare-"));
  const file = join(directory, "users.acl");
  let server: ChildProcess | null = null;
  let port = 0;
  let client: Redis | null = null;

  const start = async (text: string): Promise<boolean> => {
    if (program === null) throw new Error("no redis-server");
    writeFileSync(file, text);
    const { binary, argv0, env } = program;
    const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", directory, "--aclfile", file];
    const started = spawn(binary, args, { argv0, env, stdio: "ignore" });
    server = started;
    for (const end = Date.now() + 60_000; Date.now() < end && started.exitCode === null; await pause(20)) {
      const probe = new Redis({ port, lazyConnect: true, retryStrategy: null, enableReadyCheck: false });
      probe.on("error", () => undefined);
      const answer = await probe.ping().catch((error: unknown) => String(error));
      probe.disconnect();
      if (answer === "PONG" || /NOAUTH|NOPERM/.test(answer)) return true;
    }
    return false;
  };
  const stop = async (): Promise<void> => {
    if (server !== null && server.exitCode === null) {
      server.kill("SIGKILL");
      await once(server, "exit");
    }
  };

  before(async function () {
    if (program === null) return this.skip();
    port = await freePort();
    assert.ok(await start("user default on nopass ~* &* +@all\n"), "the server did not come up");
    client = new Redis({ port, protocol: 2, enableReadyCheck: false, retryStrategy: null });
  });

  after(async () => {
    client?.disconnect();
    await stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const connected = (): Redis => client ?? assert.fail("no connection");

  it("have the commands and categories that the server has", async () => {
    const table = widestTable(dialect);
    const categories = (await connected().call("ACL", "CAT")) as string[];
    for (const category of categories) {
      const theirs = (await connected().call("ACL", "CAT", category)) as string[];
      const ours = (table.inCategory(category) ?? []).map((place) => table.names[place]);
      assert.deepEqual([...ours].sort(), [...theirs].sort(), category);
    }
    assert.equal(table.inCategory("hyperlog"), undefined);
  });

  it(`agree on ${LINES} generated lines`, async () => {
    const random = new Random(20_261);
    let loaded = 0;
    for (let i = 0; i < LINES; i += 1) {
      const text = `user default on nopass ~* &* +@all\n${line(random, "u")}\n`;
      // Redis 7.0 crashes on such a line instead of refusing it.
      if (parseAclFile(dialect, text).problems.some(({ reason }) => reason.includes("not closed"))) continue;
      writeFileSync(file, text);
      const error = await connected()
        .call("ACL", "LOAD")
        .then(
          () => null,
          (refusal: unknown) => String(refusal),
        );
      const { users, problems, doubts } = parseAclFile(dialect, text);
      const said = JSON.stringify([text, error, problems, doubts]);
      assert.deepEqual(doubts, [], said);
      assert.equal(problems.length > 0, error !== null, said);
      const user = users.find(({ name }) => name === "u");
      if (error !== null || user === undefined) continue;
      loaded += 1;
      await compare(connected(), user, random, said);
    }
    assert.ok(loaded > LINES / 10, `only ${loaded} lines were taken`);
  });

  it("agree on files that the server starts with, a line for default too", async () => {
    client?.disconnect();
    const files = [
      "user default on\nuser u on nopass +@all ~*\n",
      "user default off nopass ~* &* +@all\nuser u on >x +get\n",
      "USER default on nopass ~* &* +@all\n",
      "# users\nuser default on nopass ~* &* +@all\n",
      "user default on nopass ~* &* +@all\r\nuser u on nopass +@all\r\n\r\n",
      "user u on >x +@all\n",
      "user default on nopass\nuser default off\n",
    ];
    for (const text of files) {
      await stop();
      const came = await start(text);
      const { problems, users } = parseAclFile(dialect, text);
      // Without a line for default the server starts all the same, with default open.
      assert.equal(problems.filter(({ reason }) => !reason.includes("no line")).length === 0, came, text);
      if (!came) continue;
      const own = new Redis({ port, protocol: 2, enableReadyCheck: false, retryStrategy: null });
      own.on("error", () => undefined);
      const said = await own.call("ACL", "WHOAMI").then(
        () => "open",
        (error: unknown) => String(error),
      );
      own.disconnect();
      const known = users.find(({ name }) => name === "default");
      const isOpen = known === undefined || (known.enabled && known.passwordless && known.commands.includes("+@all"));
      assert.equal(said === "open", isOpen, `${text}${said}`);
    }
  });
});

async function compare(client: Redis, user: ParsedAclUser, random: Random, said: string): Promise<void> {
  const reply = (await client.call("ACL", "GETUSER", "u")) as unknown[];
  const told = new Map<string, unknown>();
  for (let at = 0; at + 1 < reply.length; at += 2) told.set(String(reply[at]), reply[at + 1]);
  const flags = told.get("flags") as string[];
  assert.equal(user.enabled, flags.includes("on"), said);
  assert.equal(user.passwordless, flags.includes("nopass"), said);
  assert.equal(user.passwords.length, (told.get("passwords") as string[]).length, said);
  assert.deepEqual(sorted(keyWords(user.keys)), sorted(words(told.get("keys"))), said);
  assert.deepEqual(sorted(user.channels.map((each) => `&${each}`)), sorted(words(told.get("channels"))), said);
  assert.equal(user.selectors.length, (told.get("selectors") as unknown[]).length, said);
  const names = widestTable(dialect).names.filter((name) => !OPEN_TO_ALL.has(name) && !isContainer(name));
  const granted = new Set([user, ...user.selectors].flatMap(({ commands }) => [...grantsOf(dialect, commands).keys()]));
  const tried = Array.from({ length: DRY_RUNS }, () => random.pick(names));
  const runs = client.pipeline();
  for (const name of tried) runs.call("ACL", "DRYRUN", "u", ...name.split("|"));
  for (const [at, [error, answer]] of ((await runs.exec()) ?? []).entries()) {
    const name = tried[at] ?? "";
    // Without its arguments a command is refused for their number before its keys are looked at.
    const verdict = error === null ? String(answer) : String(error);
    if (/wrong number|argument/i.test(verdict)) continue;
    const isRefused = /no permissions to run/.test(verdict);
    // A first argument alone lets a part of the command in.
    if (isRefused && user.commands.some((rule) => rule.toLowerCase().startsWith(`+${name}|`))) continue;
    assert.equal(granted.has(name), !isRefused, `${said} ${name}: ${verdict}`);
  }
}

/** Redis asks for no right to these. */
const OPEN_TO_ALL = new Set(["auth", "hello", "quit", "reset"]);
const isContainer = (name: string): boolean => widestTable(dialect).subcommandsOf(name).length > 0;
const words = (written: unknown): string[] =>
  String(written)
    .split(" ")
    .filter((word) => word !== "");
const sorted = (list: readonly string[]): string[] => [...new Set(list)].sort();
/** Redis joins what is said of one pattern twice. */
function keyWords(patterns: readonly string[]): string[] {
  const flags = new Map<string, Set<string>>();
  for (const pattern of patterns) {
    const [, signs = "RW", bare = pattern] = /^%(WR|RW|R|W)~(.*)$/s.exec(pattern) ?? [];
    flags.set(bare, new Set([...(flags.get(bare) ?? []), ...signs]));
  }
  return [...flags].map(([bare, signs]) => (signs.size === 2 ? `~${bare}` : `%${[...signs].join("")}~${bare}`));
}
