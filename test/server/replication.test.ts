import assert from "node:assert/strict";
import fc from "fast-check";
import { parseInfo, parseReplication } from "../../server/replication";

const lines = (...fields: readonly string[]): string => `# Replication\r\n${fields.join("\r\n")}\r\n`;

const redisPrimary = lines(
  "role:master",
  "connected_slaves:2",
  "slave0:ip=10.0.0.7,port=6379,state=online,offset=1400,lag=1",
  "slave1:ip=fd00::7,port=6380,state=wait_bgsave,offset=0,lag=0",
  "master_failover_state:no-failover",
  "master_replid:8371b4fb1155b71f4a04d3e1bc3e18c4a990aeeb",
  "master_repl_offset:1414",
  "# Persistence",
  "loading:0",
);

describe("replication state", () => {
  it("reads a Redis primary", () => {
    assert.deepEqual(parseReplication(redisPrimary, "redis"), {
      role: "primary",
      sourceHost: null,
      sourcePort: null,
      linkUp: false,
      syncInProgress: false,
      offset: 1414,
      replicationId: "8371b4fb1155b71f4a04d3e1bc3e18c4a990aeeb",
      loading: false,
      connectedReplicas: [
        { ip: "10.0.0.7", port: 6379, state: "online", lag: 1, offset: 1400 },
        { ip: "fd00::7", port: 6380, state: "wait_bgsave", lag: 0, offset: 0 },
      ],
    });
  });

  it("reads a Redis replica that follows, with the offset that it has applied", () => {
    const info = parseReplication(
      lines(
        "role:slave",
        "master_host:dragonfly-source",
        "master_port:6381",
        "master_link_status:up",
        "master_last_io_seconds_ago:0",
        "master_sync_in_progress:0",
        "slave_read_repl_offset:99",
        "slave_repl_offset:98",
        "master_replid:abc",
        "master_repl_offset:98",
      ),
      "redis",
    );
    assert.equal(info.role, "replica");
    assert.equal(info.sourceHost, "dragonfly-source");
    assert.equal(info.sourcePort, 6381);
    assert.equal(info.linkUp, true);
    assert.equal(info.offset, 98);
    assert.equal(info.replicationId, "abc");
  });

  it("takes no offset of a Redis replica whose first sync runs", () => {
    for (const offset of ["-1", "98"]) {
      const info = parseReplication(
        lines("role:slave", "master_link_status:down", "master_sync_in_progress:1", `slave_repl_offset:${offset}`),
        "redis",
      );
      assert.equal(info.syncInProgress, true);
      assert.equal(info.offset, null);
    }
  });

  it("reads a Dragonfly replica in and out of sync", () => {
    const before = parseReplication(
      lines(
        "role:slave",
        "master_host:10.1.2.3",
        "master_port:6381",
        "master_link_status:up",
        "master_sync_in_progress:1",
      ),
      "dragonfly",
    );
    assert.equal(before.offset, null);
    const after = parseReplication(
      lines("role:replica", "master_link_status:up", "master_sync_in_progress:0", "slave_repl_offset:42"),
      "dragonfly",
    );
    assert.equal(after.role, "replica");
    assert.equal(after.offset, 42);
  });

  it("has no offset of a Dragonfly primary, and its replicas' lag in records", () => {
    const info = parseReplication(
      lines(
        "role:master",
        "connected_slaves:1",
        "slave0:ip=10.0.0.7,port=6379,state=stable_sync,lag=17",
        "master_replid:abc",
      ),
      "dragonfly",
    );
    assert.equal(info.offset, null);
    assert.deepEqual(info.connectedReplicas, [
      { ip: "10.0.0.7", port: 6379, state: "stable_sync", lag: 17, offset: null },
    ]);
  });

  it("knows a server that still loads", () => {
    assert.equal(parseReplication(lines("role:master", "loading:1"), "redis").loading, true);
  });

  it("refuses an answer without a role: it must not pass for a primary's", () => {
    assert.throws(() => parseReplication("# Replication\r\n", "redis"), /role/);
    assert.throws(() => parseReplication(lines("role:sentinel"), "redis"), /sentinel/);
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^role:/m.test(text));
        assert.throws(() => parseReplication(text, "dragonfly"));
      }),
    );
  });

  it("keeps colons in a field's value", () => {
    assert.equal(parseInfo("master_host:fd00::1\r\n").get("master_host"), "fd00::1");
  });
});
