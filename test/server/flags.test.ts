import assert from "node:assert/strict";
import fc from "fast-check";
import { checkServer, ownedFlags, serverArgs, type ServerConfig } from "../../server/flags";
import { bytes, type Engine } from "../../server/types";

const Mi = 2 ** 20;
const base: ServerConfig = {
  engine: "dragonfly",
  threads: 2,
  maxmemory: bytes(512 * Mi),
  memoryLimit: bytes(1024 * Mi),
  eviction: "evict",
  slowlog: { thresholdMicroseconds: 10_000, maxLength: 128 },
  bullmq: "undeclared-keys",
  extraArgs: [],
};
const redis: ServerConfig = { ...base, engine: "redis", threads: 1, bullmq: "off" };

describe("server flags", () => {
  it("starts Dragonfly born closed and without a source", () => {
    const args = serverArgs(base);
    assert.deepEqual(args, [
      "--logtostderr",
      "--minloglevel=2",
      "--port=6379",
      "--admin_port=6399",
      "--admin_bind=127.0.0.1",
      "--primary_port_http_enabled=false",
      "--version_check=false",
      "--dir=/data",
      "--dbfilename=dump-{timestamp}",
      "--aclfile=/etc/dragonfly/acl/users.acl",
      "--maxmemory=536870912",
      "--proactor_threads=2",
      "--cache_mode=true",
      "--break_replication_on_master_restart=true",
      "--shard_repl_backlog_len=65536",
      "--slowlog_log_slower_than=10000",
      "--slowlog_max_len=128",
      "--default_lua_flags=allow-undeclared-keys",
    ]);
  });

  it("starts Redis with no dump schedule and with dbfilename open to the guard", () => {
    const args = serverArgs({ ...redis, extraArgs: ["--client-output-buffer-limit=replica 0 0 0"] });
    const value = (flag: string): string | undefined => args[args.indexOf(flag) + 1];
    assert.equal(value("--save"), "");
    assert.equal(value("--stop-writes-on-bgsave-error"), "no", "a full volume must not stop the cache");
    assert.equal(value("--enable-protected-configs"), "local");
    assert.equal(value("--shutdown-on-sigterm"), "save");
    assert.equal(value("--maxmemory-policy"), "allkeys-lru");
    assert.equal(value("--client-output-buffer-limit"), "replica 0 0 0");
    assert.equal(args.length % 2, 0);
  });

  for (const engine of ["dragonfly", "redis"] as const) {
    it(`never gives ${engine} a source, a password or a schedule`, () => {
      for (const arg of serverArgs({ ...(engine === "redis" ? redis : base) }))
        assert.doesNotMatch(arg, /replicaof|slaveof|masterauth|requirepass|snapshot_cron|replica-announce/);
    });
  }

  it("gives BullMQ its hash tags", () => {
    assert.deepEqual(serverArgs({ ...base, bullmq: "hashtags" }).slice(-2), [
      "--cluster_mode=emulated",
      "--lock_on_hashtags=true",
    ]);
    assert.equal(
      serverArgs({ ...base, bullmq: "off" }).some((arg) => /lua|cluster/.test(arg)),
      false,
    );
  });
});

describe("what keeps a server from starting", () => {
  it("finds nothing in a good one", () => assert.deepEqual([...checkServer(base), ...checkServer(redis)], []));

  it("names maxmemory over three quarters of the limit", () => {
    const [problem] = checkServer({ ...base, maxmemory: bytes(800 * Mi) });
    assert.equal(problem?.field, "maxmemory");
    assert.match(`${problem?.problem}; ${problem?.remedy}`, /over 75 %.*at most 768Mi/);
  });

  it("names maxmemory under 256 MiB a thread, on Dragonfly only", () => {
    const [problem] = checkServer({ ...base, threads: 4 });
    assert.match(problem?.problem ?? "", /512Mi is under threads × 256Mi \(1Gi\)/);
    assert.deepEqual(checkServer({ ...redis, threads: 4 }), []);
  });

  it("agrees with the arithmetic, whatever the sizes", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 2 ** 40 }),
        fc.integer({ min: 1, max: 2 ** 40 }),
        (threads, maxmemory, memoryLimit) => {
          const problems = checkServer({
            ...base,
            threads,
            maxmemory: bytes(maxmemory),
            memoryLimit: bytes(memoryLimit),
          });
          const expected = Number(maxmemory > Math.floor(memoryLimit * 0.75)) + Number(maxmemory < threads * 256 * Mi);
          assert.equal(problems.length, expected);
        },
      ),
    );
  });

  it("refuses every flag that the guard or the program owns, in any spelling", () => {
    const engines: readonly Engine[] = ["dragonfly", "redis"];
    fc.assert(
      fc.property(
        fc
          .constantFrom(...engines)
          .chain((engine) => fc.tuple(fc.constant(engine), fc.constantFrom(...ownedFlags[engine]))),
        fc.constantFrom("_", "-"),
        fc.boolean(),
        ([engine, flag], joint, upper) => {
          const spelled = flag.replace(/[-_]/g, joint);
          const arg = `--${upper ? spelled.toUpperCase() : spelled}=x`;
          const problems = checkServer({ ...(engine === "redis" ? redis : base), extraArgs: ["--maxclients=10", arg] });
          assert.deepEqual(
            problems.map(({ field }) => field),
            ["extraArgs[1]"],
            arg,
          );
        },
      ),
    );
  });

  it("refuses a negated flag of Dragonfly's and what is no flag", () => {
    const problems = checkServer({
      ...base,
      extraArgs: ["--nobreak_replication_on_master_restart", "maxclients=10", "-x", "--a\n=b"],
    });
    assert.deepEqual(
      problems.map(({ field }) => field),
      ["extraArgs[0]", "extraArgs[1]", "extraArgs[2]", "extraArgs[3]"],
    );
  });

  it("refuses a BullMQ mode on Redis", () =>
    assert.deepEqual(
      checkServer({ ...redis, bullmq: "hashtags" }).map(({ field }) => field),
      ["bullmq"],
    ));
});
