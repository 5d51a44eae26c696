import assert from "node:assert/strict";
import { describeEndpoint, parseRedisUrl } from "../../../resolver/l2/endpoint";

describe("the URL of a Redis", () => {
  it("is taken apart, the password aside", () => {
    assert.deepEqual(parseRedisUrl("redis://heimdall:p%40ss@cache.example:6380/2"), {
      endpoint: { host: "cache.example", port: 6380, db: 2, tls: "none", username: "heimdall" },
      password: "p@ss",
    });
    assert.deepEqual(parseRedisUrl("rediss://[::1]"), {
      endpoint: { host: "::1", port: 6379, db: 0, tls: "verified", username: undefined },
      password: undefined,
    });
    assert.equal(parseRedisUrl("redis://:secret@h").password, "secret");
  });

  it("is shown without it", () => {
    assert.equal(describeEndpoint(parseRedisUrl("rediss://u:hunter2@h").endpoint), "rediss://u@h:6379");
    assert.equal(describeEndpoint(parseRedisUrl("redis://[2001:db8::1]:7000").endpoint), "redis://[2001:db8::1]:7000");
  });

  it("is refused in words that do not repeat it", () => {
    for (const text of ["hunter2", "http://u:hunter2@h", "redis://u:hunter2@h/zero", "redis:///0"]) {
      assert.throws(
        () => parseRedisUrl(text),
        (error: Error) => !error.message.includes("hunter2") && error.message.includes(";"),
        text,
      );
    }
  });
});
