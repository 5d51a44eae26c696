import assert from "node:assert/strict";
import { resolverAclUser } from "../support/resolverAclUser";
import { defaultAclUsers } from "../../../components/settings/resolve";

describe("the cache's user for resolvers", () => {
  it("is allowed by default exactly what a resolver sends, on its own keys and channel", () => {
    const seeded = defaultAclUsers.find(({ name }) => name === "heimdall");
    const needed = resolverAclUser("heimdall", "heimdall:dns:cache");
    assert.deepEqual({ ...seeded, commands: seeded?.commands.map((rule) => rule.toLowerCase()) }, needed);
  });
});
