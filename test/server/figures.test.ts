import assert from "node:assert/strict";
import { serverFigures } from "../../server/figures";
import { parseInfo } from "../../server/replication";

const figures = (text: string): Readonly<Record<string, number>> =>
  Object.fromEntries(serverFigures(parseInfo(text)).map(({ name, value }) => [name, value]));

describe("figures of a server", () => {
  it("are read from Redis' words", () => {
    const seen = figures(
      "used_memory:1048576\r\nmaxmemory:0\r\nconnected_clients:3\r\nmaxclients:10000\r\nevicted_keys:2\r\n" +
        "acl_access_denied_auth:4\r\nacl_access_denied_cmd:5\r\ndb0:keys=7,expires=0\r\ndb3:keys=2,expires=1\r\n",
    );
    assert.equal(seen["memory_used_bytes"], 1_048_576);
    assert.equal(seen["memory_max_bytes"], 0);
    assert.equal(seen["max_clients"], 10_000);
    assert.equal(seen["acl_denied_total"], 9);
    assert.equal(seen["keys"], 9);
  });

  it("are read from Dragonfly's words", () => {
    const seen = figures("used_memory:5\r\nmaxmemory:9\r\nconnected_clients:1\r\nmax_clients:64000\r\n");
    assert.equal(seen["max_clients"], 64_000);
    assert.equal(seen["memory_max_bytes"], 9);
  });

  it("leave out what a version does not say: no alert may take it for 0", () => {
    assert.deepEqual(Object.keys(figures("used_memory:5\r\nevicted_keys:many\r\n")), ["memory_used_bytes", "keys"]);
  });
});
