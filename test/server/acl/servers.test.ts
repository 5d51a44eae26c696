import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import Redis from "ioredis";
import { passwordDefaultUser } from "../../../server/acl/builtin";
import { closeUser, deleteUser, openUser, openUserReadOnly } from "../../../server/acl/commands";
import { renderAclFile } from "../../../server/acl/render";
import type { AclUser } from "../../../server/acl/user";
import { serverArgs } from "../../../server/flags";
import { parseReplication } from "../../../server/replication";
import { bytes, type Engine } from "../../../server/types";
import { freePort } from "../../support/ports";
import { findProgram, type Program } from "../../unpacked";
import { everyUser, hashes } from "./users";

/** The server to test with; Dragonfly comes from no package registry: DRAGONFLY_BINARY names it. */
function programOf(engine: Engine): Program | null {
  if (engine === "redis") return findProgram("redis-server");
  const binary = process.env["DRAGONFLY_BINARY"];
  return binary === undefined || binary === ""
    ? null
    : { binary, argv0: binary, env: { ...process.env, DFLY_requirepass: "default" } };
}

/** In these tests a user's password is its name. */
for (const engine of ["redis", "dragonfly"] as const)
  describe(`ACL and flags on a real ${engine}`, function () {
    this.timeout(180_000);
    const program = programOf(engine);
    const directory = mkdtempSync(join(tmpdir(), "acl-"));
    const users = everyUser(engine);
    const clients: Redis[] = [];
    let server: ChildProcess | null = null;
    let port = 0;
    let adminPort = 0;

    const user = (name: string): AclUser => {
      const found = users.find((each) => each.name === name);
      assert.ok(found, name);
      return found;
    };

    const connection = (at: number, username: string | undefined, password: string | undefined): Redis => {
      const client = new Redis({
        host: "127.0.0.1",
        port: at,
        protocol: 2,
        lazyConnect: true,
        enableReadyCheck: false,
        retryStrategy: null,
        maxRetriesPerRequest: 0,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
      });
      client.on("error", () => undefined);
      clients.push(client);
      return client;
    };
    const as = (username: string | undefined, password = username): Redis => connection(port, username, password);

    /** As the guard steers: Redis by its own user, Dragonfly over the admin port. */
    const guard = async (command: string, ...args: readonly string[]): Promise<unknown> =>
      (engine === "redis" ? as("guard") : connection(adminPort, undefined, "default")).call(command, ...args);

    before(async function () {
      if (program === null) return this.skip();
      port = await freePort();
      adminPort = await freePort();
      const aclFile = join(directory, "users.acl");
      writeFileSync(aclFile, renderAclFile(engine, users, "password", hashes(users)));
      const args = serverArgs({
        engine,
        threads: 1,
        maxmemory: bytes(256 * 2 ** 20),
        memoryLimit: bytes(512 * 2 ** 20),
        eviction: "refuse",
        slowlog: { thresholdMicroseconds: 10_000, maxLength: 128 },
        bullmq: "off",
        extraArgs: engine === "redis" ? ["--client-output-buffer-limit=replica 0 0 0"] : [],
      });
      const own: Readonly<Record<string, string>> = {
        port: String(port),
        admin_port: String(adminPort),
        dir: directory,
        aclfile: aclFile,
      };
      const local = args.map((arg, at) => {
        const flag = /^--([a-z_]+)=/.exec(arg)?.[1] ?? "";
        return own[flag] === undefined ? (own[args[at - 1]?.slice(2) ?? ""] ?? arg) : `--${flag}=${own[flag]}`;
      });
      server = spawn(
        program.binary,
        [...local, ...(engine === "redis" ? ["--bind", "127.0.0.1"] : ["--bind=127.0.0.1"])],
        { argv0: program.argv0, env: program.env, stdio: "ignore" },
      );
      for (const end = Date.now() + 120_000; Date.now() < end && server.exitCode === null;) {
        const answer = await as("monitoring")
          .ping()
          .catch(() => "");
        if (answer === "PONG") return;
        await pause(50);
      }
      assert.fail("the server did not come up");
    });

    afterEach(() => {
      for (const client of clients.splice(0)) client.disconnect();
    });

    after(async () => {
      if (server !== null && server.exitCode === null) {
        server.kill("SIGKILL");
        await once(server, "exit");
      }
      rmSync(directory, { recursive: true, force: true });
    });

    it("is born closed: nobody but guard and monitoring comes in", async () => {
      await assert.rejects(as(undefined).ping(), /NOAUTH/);
      for (const { name } of [
        ...users.filter(({ kind }) => kind === "application" || kind === "replication"),
        passwordDefaultUser,
      ]) {
        await assert.rejects(as(name).ping(), /WRONGPASS|NOAUTH/, name);
      }
      assert.equal(await as("guard").ping(), "PONG");
      assert.equal(await as("monitoring").ping(), "PONG");
    });

    it("lets the guard beat the heart and touch no key but its own", async () => {
      assert.equal(await as("guard").set("__dr:heartbeat", "1"), "OK");
      await assert.rejects(as("guard").set("cache:x", "1"), /NOPERM/);
      await assert.rejects(as("guard").call("FLUSHALL"), /NOPERM/);
      assert.equal(parseReplication(await as("guard").info(), engine).role, "primary");
    });

    it("lets the guard steer", async () => {
      const schedule = engine === "redis" ? "save" : "snapshot_cron";
      const steps = [
        ["INFO"],
        ["ROLE"],
        ["DBSIZE"],
        ["LASTSAVE"],
        ["REPLICAOF", "NO", "ONE"],
        ["ACL", "USERS"],
        ["CLIENT", "LIST"],
        ["CONFIG", "SET", "dbfilename", ""],
        ["CONFIG", "SET", "dbfilename", "dump"],
        ["CONFIG", "SET", schedule, ""],
        ["CONFIG", "SET", "masteruser", "replication"],
        ["CONFIG", "SET", "masterauth", "x"],
        ["SAVE"],
      ] as const;
      for (const [command, ...args] of steps) await guard(command, ...args);
    });

    it("lets monitoring look and nothing else", async () => {
      assert.match(await as("monitoring").info(), /redis_version/);
      await assert.rejects(as("monitoring").get("cache:x"), /NOPERM/);
      await assert.rejects(as("monitoring").call("CONFIG", "GET", "*"), /NOPERM/);
    });

    it("opens each user to its own keys and no others, and closes it again", async () => {
      for (const { name } of users.filter(({ kind, name: each }) => kind === "application" && each !== "langfuse")) {
        const own = user(name).keys[0]?.replace("*", "x") ?? "";
        await guard("ACL", ...openUser(engine, user(name), name));
        const client = as(name);
        await client.set(own, "1");
        await assert.rejects(client.get("elsewhere:x"), /NOPERM/, name);
        await assert.rejects(client.get("__dr:heartbeat"), /NOPERM/, name);
        await assert.rejects(client.call("FLUSHALL"), /NOPERM/, name);
        await guard("ACL", ...closeUser(engine, user(name)));
        // Redis leaves the session, with no right at all; Dragonfly ends it.
        await assert.rejects(client.get(own), engine === "redis" ? /NOPERM/ : /closed/i, name);
        await assert.rejects(as(name).ping(), /WRONGPASS/, name);
      }
    });

    it("opens langfuse and a default user with a password to every key but the guard's", async () => {
      for (const [each, client] of [
        [user("langfuse"), () => as("langfuse")],
        [passwordDefaultUser, () => as(undefined, "default")],
      ] as const) {
        await guard("ACL", ...openUser(engine, each, each.name));
        for (const key of ["a", "_", "__", "__d", "__dr", "__dx", "__dr_", "_x", "keycloak:x", "é", "[^_]"])
          assert.equal(await client().set(key, "1"), "OK", `${each.name} ${key}`);
        for (const key of ["__dr:", "__dr:heartbeat"])
          await assert.rejects(client().set(key, "1"), /NOPERM/, `${each.name} ${key}`);
        await assert.rejects(client().call("REPLICAOF", "NO", "ONE"), /NOPERM/);
        await assert.rejects(client().call("ACL", "SETUSER", "x"), /NOPERM/);
        await guard("ACL", ...closeUser(engine, each));
      }
    });

    it("opens for reading only on a replica", async () => {
      await guard("ACL", ...openUserReadOnly(engine, user("appcache"), "appcache"));
      assert.equal(await as("appcache").get("cache:x"), "1");
      await assert.rejects(as("appcache").set("cache:x", "2"), /NOPERM/);
    });

    it("keeps sessions through an opening that is sent again and through a change of the password", async () => {
      const open = openUser(engine, user("heimdall"), "heimdall");
      await guard("ACL", ...open);
      const session = as("heimdall");
      await session.get("heimdall:dns:cache:x");
      const listener = as("heimdall");
      await listener.subscribe("heimdall:dns:cache:invalidate");
      await guard("ACL", ...open);
      await guard("ACL", ...openUser(engine, user("heimdall"), "second"));
      assert.equal(await session.set("heimdall:dns:cache:x", "1"), "OK");
      assert.equal(await session.publish("heimdall:dns:cache:invalidate", "x"), 1);
      assert.equal(await as("heimdall", "second").get("heimdall:dns:cache:x"), "1");
      await assert.rejects(as("heimdall").get("heimdall:dns:cache:x"), /WRONGPASS/);
      await assert.rejects(session.publish("elsewhere", "x"), /NOPERM/);
      await guard("ACL", ...deleteUser("heimdall"));
      await assert.rejects(as("heimdall", "second").get("heimdall:dns:cache:x"), /WRONGPASS/);
    });
  });
