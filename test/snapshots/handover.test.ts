import assert from "node:assert/strict";
import { DataServer, engines, until } from "./support";

const SAVING = { redis: /rdb_bgsave_in_progress:1/, dragonfly: /saving:1/ } as const;

for (const engine of engines()) {
  describe(`a dump under way at a real ${engine}`, function () {
    this.timeout(300_000);
    const servers: DataServer[] = [];
    afterEach(async () => {
      for (const server of servers.splice(0)) await server.stop();
    });

    for (const where of ["primary", "replica"] as const) {
      it(`at the ${where} does not keep the replica from taking over`, async () => {
        const [primary, replica] = [await DataServer.start(engine), await DataServer.start(engine)];
        servers.push(primary, replica);
        const [a, b] = [await primary.connect(), await replica.connect()];
        await (engine === "redis"
          ? a.call("CONFIG", "SET", "repl-diskless-sync-delay", "0")
          : a.call("DEBUG", "POPULATE", "1000000", "key", "100"));
        await a.pipeline(Array.from({ length: 20_000 }, (_, i) => ["SET", `cache:${i}`, "x"]));
        await b.call("REPLICAOF", "127.0.0.1", primary.port);
        await until(
          "in sync",
          async () => {
            const info = await b.text("INFO", "replication");
            return (
              /master_link_status:up/.test(info) &&
              /master_sync_in_progress:0/.test(info) &&
              /slave_repl_offset:\d/.test(info)
            );
          },
          undefined,
          200_000,
        );
        const dumping = where === "primary" ? a : b;
        // 20 s for 20,000 keys: it goes on for longer than the rest of this test, however slow the machine.
        if (engine === "redis") await dumping.call("CONFIG", "SET", "rdb-key-save-delay", "1000");
        await dumping.call("BGSAVE");
        assert.match(
          await dumping.text("INFO", "persistence"),
          SAVING[engine],
          "the dump takes longer than the takeover",
        );
        await (engine === "dragonfly" ? b.call("REPLTAKEOVER", 5) : b.call("REPLICAOF", "NO", "ONE"));
        assert.match(await b.text("INFO", "replication"), /role:master/);
        assert.equal(await b.text("SET", "cache:after", "x"), "OK");
        a.close();
        b.close();
      });
    }
  });
}
