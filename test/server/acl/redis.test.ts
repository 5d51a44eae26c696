import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Redis from "ioredis";
import { passwordDefaultUser } from "../../../server/acl/builtin";
import { closeUser, deleteUser, openUser, openUserReadOnly, setPasswords } from "../../../server/acl/commands";
import { renderAclFile } from "../../../server/acl/render";
import type { AclUser } from "../../../server/acl/user";
import { serverArgs } from "../../../server/flags";
import { parseReplication } from "../../../server/replication";
import { bytes } from "../../../server/types";
import { findProgram } from "../../unpacked";
import { everyUser, hashes } from "./users";

/** In the tests a user's password is its name. */
describe("ACL and flags on a real Redis", function () {
  this.timeout(30_000);
  const program = findProgram("redis-server");
  const directory = mkdtempSync(join(tmpdir(), "redis-acl-"));
  const users = everyUser("redis");
  const clients: Redis[] = [];
  let server: ChildProcess | null = null;
  let port = 0;

  const freePort = async (): Promise<number> => {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port: free } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, "close");
    return free;
  };

  const user = (name: string): AclUser => {
    const found = users.find((each) => each.name === name);
    assert.ok(found, name);
    return found;
  };

  const as = (username: string | undefined, password = username): Redis => {
    const client = new Redis({ host: "127.0.0.1", port, lazyConnect: true, enableReadyCheck: false, retryStrategy: null, maxRetriesPerRequest: 0, ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) });
    client.on("error", () => undefined);
    clients.push(client);
    return client;
  };

  const guard = async (...args: readonly string[]): Promise<unknown> => as("guard").call(args[0] ?? "", ...args.slice(1));

  before(async function () {
    if (program === null) return this.skip();
    port = await freePort();
    const aclFile = join(directory, "users.acl");
    writeFileSync(aclFile, renderAclFile("redis", users, "password", hashes(users)));
    const args = serverArgs({
      engine: "redis", threads: 1, maxmemory: bytes(64 * 2 ** 20), memoryLimit: bytes(128 * 2 ** 20), eviction: "refuse",
      slowlog: { thresholdMicroseconds: 10_000, maxLength: 128 }, bullmq: "off", extraArgs: ["--client-output-buffer-limit=replica 0 0 0"],
    });
    const own: Readonly<Record<string, string>> = { "--port": String(port), "--dir": directory, "--aclfile": aclFile };
    const local = args.map((arg, at) => own[args[at - 1] ?? ""] ?? arg);
    server = spawn(program.binary, [...local, "--bind", "127.0.0.1"], { argv0: program.argv0, env: program.env, stdio: ["ignore", "pipe", "pipe"] });
    for await (const line of server.stdout ?? []) if (String(line).includes("Ready to accept connections")) break;
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
    for (const { name } of [...users.filter(({ kind }) => kind === "application" || kind === "replication"), passwordDefaultUser]) {
      await assert.rejects(as(name).ping(), /WRONGPASS|NOAUTH/, name);
    }
    assert.equal(await as("guard").ping(), "PONG");
    assert.equal(await as("monitoring").ping(), "PONG");
  });

  it("lets the guard do all that it has to, and touch no key but its own", async () => {
    await guard("SET", "__dr:heartbeat", "1");
    await assert.rejects(guard("SET", "cache:x", "1"), /NOPERM/);
    await assert.rejects(guard("FLUSHALL"), /NOPERM/);
    for (const [command, ...args] of [["INFO"], ["ROLE"], ["DBSIZE"], ["LASTSAVE"], ["REPLICAOF", "NO", "ONE"], ["CONFIG", "SET", "dbfilename", ""], ["CONFIG", "SET", "dbfilename", "dump.rdb"], ["CONFIG", "SET", "masteruser", "replication"], ["CONFIG", "SET", "masterauth", "x"], ["CONFIG", "SET", "save", ""], ["CLIENT", "LIST"], ["ACL", "USERS"], ["SAVE"]] as const) {
      await guard(command, ...args);
    }
    assert.equal(parseReplication(String(await guard("INFO")), "redis").role, "primary");
  });

  it("lets monitoring look and nothing else", async () => {
    assert.match(await as("monitoring").info(), /redis_version/);
    await assert.rejects(as("monitoring").get("cache:x"), /NOPERM/);
    await assert.rejects(as("monitoring").call("CONFIG", "GET", "*"), /NOPERM/);
  });

  it("opens each user to its own keys and no others, and closes it again", async () => {
    for (const { name } of users.filter(({ kind, name: each }) => kind === "application" && each !== "langfuse")) {
      const own = user(name).keys[0]?.replace("*", "x") ?? "";
      await guard("ACL", ...openUser("redis", user(name), name));
      const client = as(name);
      await client.set(own, "1");
      await assert.rejects(client.get("elsewhere:x"), /NOPERM/, name);
      await assert.rejects(client.get("__dr:heartbeat"), /NOPERM/, name);
      await assert.rejects(client.call("FLUSHALL"), /NOPERM/, name);
      await guard("ACL", ...closeUser("redis", user(name)));
      await assert.rejects(client.get(own), /NOPERM/, name);
      await assert.rejects(as(name).ping(), /WRONGPASS/, name);
    }
  });

  it("opens langfuse and a default user with a password to every key but the guard's", async () => {
    for (const [each, client] of [[user("langfuse"), () => as("langfuse")], [passwordDefaultUser, () => as(undefined, "default")]] as const) {
      await guard("ACL", ...openUser("redis", each, each.name));
      for (const key of ["a", "_", "__", "__d", "__dr", "__dx", "__dr_", "_x", "keycloak:x", "é", "[^_]"]) assert.equal(await client().set(key, "1"), "OK", `${each.name} ${key}`);
      for (const key of ["__dr:", "__dr:heartbeat"]) await assert.rejects(client().set(key, "1"), /NOPERM/, `${each.name} ${key}`);
      await assert.rejects(client().call("REPLICAOF", "NO", "ONE"), /NOPERM/);
      await assert.rejects(client().call("ACL", "SETUSER", "x"), /NOPERM/);
      await guard("ACL", ...closeUser("redis", each));
    }
  });

  it("opens for reading only on a replica", async () => {
    await guard("ACL", ...openUserReadOnly("redis", user("appcache"), "appcache"));
    assert.equal(await as("appcache").get("cache:x"), "1");
    await assert.rejects(as("appcache").set("cache:x", "2"), /NOPERM/);
  });

  it("keeps sessions through an opening that is sent again and through a change of the password", async () => {
    const open = openUser("redis", user("heimdall"), "heimdall");
    await guard("ACL", ...open);
    const session = as("heimdall");
    await session.ping();
    const listener = as("heimdall");
    await listener.subscribe("heimdall:dns:invalidate");
    await guard("ACL", ...open);
    await guard("ACL", ...setPasswords(user("heimdall"), ["second", "heimdall"]));
    await guard("ACL", ...setPasswords(user("heimdall"), ["second"]));
    assert.equal(await session.set("heimdall:dns:cache:x", "1"), "OK");
    assert.equal(await session.publish("heimdall:dns:invalidate", "x"), 1);
    assert.equal(await as("heimdall", "second").ping(), "PONG");
    await assert.rejects(as("heimdall").ping(), /WRONGPASS/);
    await assert.rejects(session.publish("elsewhere", "x"), /NOPERM/);
    await guard("ACL", ...deleteUser("heimdall"));
    await assert.rejects(as("heimdall", "second").ping(), /WRONGPASS/);
  });
});
