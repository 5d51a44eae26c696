import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, readConfig, type Config } from "../../../resolver/config/config";

type Variables = Readonly<Record<string, string>>;
const LEAST: Variables = { HEIMDALL_UPSTREAM_SERVERS: "10.0.0.2" };
const read = (variables: Variables = {}): Config => readConfig({ ...LEAST, ...variables });

function problemsOf(variables: Variables): readonly string[] {
  try {
    readConfig(variables);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
  return [];
}

describe("the resolver's configuration", () => {
  it("needs upstreams and nothing else", () => {
    assert.equal(problemsOf({}).length, 1);
    assert.match(problemsOf({})[0] ?? "", /^HEIMDALL_UPSTREAM_SERVERS: is not set; name the DNS servers to ask/);
    const { listen, http, redis, upstreams } = read();
    assert.deepEqual([listen.port, http.port, redis], [1053, 9153, undefined]);
    assert.deepEqual(upstreams, [{ host: "10.0.0.2", port: 53, family: 4 }]);
  });

  it("reads several upstreams, of both families", () => {
    const { upstreams } = read({ HEIMDALL_UPSTREAM_SERVERS: "10.0.0.2:5353, [2001:db8::1]:53 2001:db8::2" });
    assert.deepEqual(
      upstreams.map(({ host, port, family }) => [host, port, family]),
      [
        ["10.0.0.2", 5353, 4],
        ["2001:db8::1", 53, 6],
        ["2001:db8::2", 53, 6],
      ],
    );
  });

  it("names every mistake at once, its variable and the remedy, and never a value that may be secret", () => {
    const problems = problemsOf({
      HEIMDALL_UPSTREAM_SERVERS: "dns.example",
      HEIMDALL_BIND_ADDR: "here",
      HEIMDALL_CACHE_BYTES: "lots",
      HEIMDALL_MIN_TTL: "10",
      HEIMDALL_MAX_TTL: "5",
      HEIMDALL_PREFETCH: "perhaps",
      HEIMDALL_REDIS_URL: "http://user:sEcret@host",
      HEIMDALL_QUERIES_PER_SECOND_PER_IP: "100",
      HEIMDALL_BURST_SIZE_PER_IP: "1",
    });
    const variables = [
      "HEIMDALL_BIND_ADDR",
      "HEIMDALL_BURST_SIZE_PER_IP",
      "HEIMDALL_CACHE_BYTES",
      "HEIMDALL_MIN_TTL",
      "HEIMDALL_PREFETCH",
      "HEIMDALL_REDIS_URL",
      "HEIMDALL_UPSTREAM_SERVERS",
    ];
    assert.deepEqual(problems.map((problem) => problem.split(":", 1)[0]).sort(), variables);
    for (const problem of problems) assert.match(problem, /;/);
    assert.ok(!problems.join().includes("sEcret"));
  });

  it("writes to one address and reads from another, as one user with one password", () => {
    const { redis } = read({
      HEIMDALL_REDIS_URL: "redis://dragonfly:6379",
      HEIMDALL_REDIS_READ_URL: "redis://dragonfly-ro",
      HEIMDALL_REDIS_USER: "heimdall",
      HEIMDALL_REDIS_PASSWORD_FILE: "/p",
    });
    assert.ok(redis);
    assert.deepEqual(
      [redis.write.host, redis.read.host, redis.write.username, redis.read.username],
      ["dragonfly", "dragonfly-ro", "heimdall", "heimdall"],
    );
    assert.deepEqual(
      [redis.passwordFile, redis.password, redis.timeout, redis.prefix],
      ["/p", undefined, 100, "heimdall:dns:cache"],
    );
  });

  it("reads from where it writes, with the URL's user, unless told otherwise", () => {
    const { redis } = read({
      HEIMDALL_REDIS_URL: "rediss://me:pass%40word@cache.example:6380/2",
      HEIMDALL_REDIS_CA_FILE: "/ca",
    });
    assert.ok(redis);
    assert.deepEqual(redis.read, redis.write);
    assert.deepEqual(redis.write, { host: "cache.example", port: 6380, db: 2, tls: "verified", username: "me" });
    assert.deepEqual([redis.password, redis.caFile], ["pass@word", "/ca"]);
  });

  it("refuses a prefix that would match other users' keys", () => {
    for (const prefix of ["a*", "a?b", "[ab]", "a b"])
      assert.equal(
        problemsOf({ ...LEAST, HEIMDALL_REDIS_URL: "redis://h", HEIMDALL_REDIS_KEY_PREFIX: prefix }).length,
        1,
      );
  });

  it("has every variable that it reads in its table, and no other", () => {
    const folder = join(__dirname, "../../../resolver/config");
    const code = readFileSync(join(folder, "config.ts"), "utf8");
    const [table = "", ...rest] = code.split("*/");
    const names = (text: string, pattern: RegExp): readonly string[] => [...new Set(text.match(pattern))].sort();
    const read = names(
      rest.join() + readFileSync(join(folder, "discover.ts"), "utf8"),
      /(?<=")(HEIMDALL_[A-Z_]+|REDIS_URL)(?=")/g,
    );
    assert.deepEqual(names(table.slice(table.indexOf("| variable")), /\b(HEIMDALL_[A-Z_]+|REDIS_URL)\b/g), read);
  });
});
