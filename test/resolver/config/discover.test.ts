import assert from "node:assert/strict";
import { discoverRedis } from "../../../resolver/config/discover";
import { Environment } from "../../../resolver/config/environment";

type Variables = Readonly<Record<string, string>>;

const discover = (variables: Variables): string => {
  const environment = new Environment(variables);
  const found = discoverRedis(environment);
  assert.deepEqual(environment.problems, []);
  return found === undefined ? "off" : `${found.by} ${found.endpoint.host}:${found.endpoint.port}`;
};

/** All set; the first that is taken away uncovers the next. */
const ALL: readonly (readonly [Variables, string])[] = [
  [{ HEIMDALL_REDIS_URL: "redis://one:1" }, "HEIMDALL_REDIS_URL one:1"],
  [{ REDIS_URL: "redis://two:2" }, "REDIS_URL two:2"],
  [
    { HEIMDALL_REDIS_SERVICE_HOST: "10.0.0.3", HEIMDALL_REDIS_SERVICE_PORT: "3" },
    "HEIMDALL_REDIS_SERVICE_HOST 10.0.0.3:3",
  ],
  [{ KUBERNETES_SERVICE_HOST: "10.0.0.1" }, "kubernetes default heimdall-redis:6379"],
  [{}, "off"],
];

describe("the shared cache's address", () => {
  it("is found in the order that users of Heimdall know", () => {
    ALL.forEach(([, expected], i) =>
      assert.equal(discover(Object.assign({}, ...ALL.slice(i).map(([variables]) => variables)) as Variables), expected),
    );
  });

  it("is not looked for when it is turned off, in any usual spelling", () => {
    for (const no of ["false", "0", "no", "OFF", "Disabled"])
      assert.equal(discover({ HEIMDALL_REDIS_ENABLED: no, HEIMDALL_REDIS_URL: "redis://one" }), "off");
    for (const yes of ["true", "1", "YES", "on"])
      assert.equal(
        discover({ HEIMDALL_REDIS_ENABLED: yes, HEIMDALL_REDIS_URL: "redis://one" }),
        "HEIMDALL_REDIS_URL one:6379",
      );
  });

  it("counts an empty variable as unset", () => {
    assert.equal(discover({ HEIMDALL_REDIS_URL: " ", REDIS_URL: "redis://two" }), "REDIS_URL two:6379");
  });

  it("takes a service's IPv6 address", () => {
    assert.equal(discover({ HEIMDALL_REDIS_SERVICE_HOST: "fd00::3" }), "HEIMDALL_REDIS_SERVICE_HOST fd00::3:6379");
  });

  it("must be there when it is asked for, and be an address", () => {
    for (const variables of [
      { HEIMDALL_REDIS_ENABLED: "true" },
      { HEIMDALL_REDIS_URL: "memcache://x" },
      { HEIMDALL_REDIS_URL: "nonsense" },
      { HEIMDALL_REDIS_ENABLED: "maybe", REDIS_URL: "redis://a" },
    ]) {
      const environment = new Environment(variables);
      discoverRedis(environment);
      assert.equal(environment.problems.length, 1);
    }
  });
});
