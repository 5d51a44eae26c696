import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect as connectPlain, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { Authority } from "../../../lab/cluster/pki";
import { RedisLink } from "../../../resolver/l2/link";
import { createLog } from "../../../resolver/log";
import { findRedis, PASSWORD, TestRedis, USER } from "../support/redis";
import { until } from "../support/until";

describe("a connection to Redis with TLS", function () {
  this.timeout(120_000);
  const program = findRedis();
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-resolver-"));
  const log: string[] = [];
  let redis: TestRedis;
  let door: Server;
  let link: RedisLink | undefined;
  let ca = "";
  let otherCa = "";
  before(async function () {
    if (program === null) return this.skip();
    redis = await TestRedis.start(program);
    const authority = await Authority.make(join(folder, "own"), "test ca");
    const { certificate, key } = await authority.issue("redis", {
      commonName: "redis",
      names: ["DNS:localhost", "IP:127.0.0.1"],
    });
    ca = readFileSync(authority.ca.certificate, "utf8");
    otherCa = readFileSync((await Authority.make(join(folder, "other"), "other ca")).ca.certificate, "utf8");
    door = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (socket) => {
      const inner = connectPlain(redis.port, "127.0.0.1");
      for (const each of [socket, inner])
        each.on("error", () => undefined).on("close", () => [socket, inner].forEach((end) => end.destroy()));
      socket.pipe(inner).pipe(socket);
    });
    door.on("tlsClientError", () => undefined);
    door.listen(0, "127.0.0.1");
    await once(door, "listening");
  });
  afterEach(() => link?.stop());
  after(async () => {
    door?.close();
    await redis?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (host: string, trusted: string): RedisLink => {
    log.length = 0;
    const { port } = door.address() as AddressInfo;
    link = new RedisLink({
      name: "read",
      endpoint: { host, port, db: 0, tls: "verified", username: USER },
      readPassword: () => Promise.resolve(PASSWORD),
      ca: trusted,
      commandTimeoutMs: 20_000,
      log: createLog("debug", (line) => void log.push(line)),
    });
    link.start();
    return link;
  };

  for (const host of ["localhost", "127.0.0.1"]) {
    it(`is made to ${host}, whose certificate the given CA signed`, async () => {
      const made = start(host, ca);
      await until("it is up", () => made.client !== undefined);
      assert.equal(await made.client?.get("heimdall:dns:cache:none"), null);
    });
  }

  it("is not made to a server that another CA vouches for, and says why", async () => {
    const made = start("localhost", otherCa);
    await until("it says why", () => /redis connection failed.*(CERT|SELF_SIGNED|UNABLE_TO_VERIFY)/.test(log.join()));
    assert.equal(made.client, undefined);
    assert.doesNotMatch(log.join(), /redis connected/);
  });
});
