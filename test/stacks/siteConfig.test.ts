import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { SettingsError } from "../../components/problems";
import { aclUsers } from "../../components/settings/resolve";
import { defaultUsers } from "../../components/settings/users";
import { ownKeys } from "../../stacks/config";
import { validateSiteConfig, type SiteConfig } from "../../stacks/siteConfig";
import { stack } from "../../stacks/stackSettings";

type Raw = Readonly<Record<string, unknown>>;

const S3 = {
  endpoint: "http://rustfs-svc.storage.svc.cluster.local:9000",
  bucket: "dragonfly-backups",
  accessKey: "k",
  secretKey: "s",
};
const AWS = { bucket: "example-cache-snapshots", region: "eu-central-1", cidrs: ["0.0.0.0/0"] };
const root = join(__dirname, "../..");
const good: Raw = {
  site: "primary",
  environment: "lab",
  peers: [{ site: "dr", address: "link.dr.example.com" }],
  network: { apiServer: { cidr: "10.0.0.0/24" }, peerCidrs: ["192.0.2.0/24"] },
};

/** The keys that are complained of, each with its words. */
function problems(raw: Raw): Readonly<Record<string, string>> {
  const validated = validateSiteConfig(raw);
  if (!("problems" in validated)) return {};
  return Object.fromEntries(validated.problems.map(({ key, problem, remedy }) => [key, `${problem}; ${remedy}`]));
}

function config(raw: Raw): SiteConfig {
  const validated = validateSiteConfig(raw);
  assert.ok("config" in validated, JSON.stringify(validated));
  return validated.config;
}

/** Each bad input of one kind: what is set, the key that must be named, the words that must be said. */
const bad: readonly (readonly [string, Raw, string, RegExp])[] = [
  ["no site", { site: undefined }, "site", /is missing; name this site/],
  ["a wrong site", { site: "Primary!" }, "site", /no site's name/],
  ["an unknown key", { sevrer: {} }, "sevrer", /no key of this program; perhaps "server"/],
  ["an unknown nested key", { server: { maxMemory: "1gb" } }, "server.maxMemory", /no key.*perhaps "maxmemory"/],
  [
    "an unknown key in a list",
    { peers: [{ site: "dr", address: "h", prt: 1 }] },
    "peers[0].prt",
    /no key.*perhaps "port"/,
  ],
  ["a role, which is no configuration", { role: "primary" }, "role", /no key of this program/],
  ["a wrong type", { server: { threads: "two" } }, "server.threads", /is string "two"; write a whole number/],
  ["a wrong word", { defaultUser: "open" }, "defaultUser", /"locked" or "password"/],
  ["a scalar in place of a map", { server: "dragonfly" }, "server", /write a map/],
  ["a peer without an address", { peers: [{ site: "dr" }] }, "peers[0].address", /is missing/],
  ["a peer with an empty address", { peers: [{ site: "dr", address: "" }] }, "peers[0].address", /is missing/],
  ["a peer's address that is none", { peers: [{ site: "dr", address: "a b" }] }, "peers[0].address", /no host name/],
  ["itself as a peer", { peers: [{ site: "primary", address: "h" }] }, "peers[0].site", /this site itself/],
  [
    "a peer twice",
    {
      peers: [
        { site: "dr", address: "h" },
        { site: "dr", address: "i" },
      ],
    },
    "peers[1].site",
    /peers\[0\] already/,
  ],
  ["peers from nowhere", { network: { apiServer: { cidr: "10.0.0.0/24" } } }, "network.peerCidrs", /there are peers/],
  [
    "no address of the API server",
    { network: { peerCidrs: ["192.0.2.0/24"] } },
    "network.apiServer.cidr",
    /is missing; .*kubectl get endpoints/,
  ],
  [
    "a broken CIDR",
    { network: { apiServer: { cidr: "10.0.0.0/33" }, peerCidrs: ["x"] } },
    "network.apiServer.cidr",
    /no CIDR/,
  ],
  [
    "an image without its digest",
    { environment: "production", server: { image: "r.example.com/dragonfly:v1.39.0" } },
    "server.image",
    /digest; append what this prints: docker buildx imagetools inspect r\.example\.com\/dragonfly:v1\.39\.0/,
  ],
  ["a Dragonfly that loses its dumps", { server: { image: "dragonfly:v1.36.0" } }, "server.image", /v1\.37 or later/],
  ["too much maxmemory", { server: { maxmemory: "900mb" } }, "server.maxmemory", /over 75 %/],
  ["too little maxmemory for its threads", { server: { threads: 3 } }, "server.maxmemory", /under threads × 256Mi/],
  ["a size that is none", { server: { maxmemory: "512m" } }, "server.maxmemory", /no size/],
  [
    "a flag that the guard owns",
    { server: { extraArgs: ["--maxclients=9", "--replicaof=h:1"] } },
    "server.extraArgs[1]",
    /--replicaof belongs to the program or its guard/,
  ],
  ["a request over its limit", { server: { memoryRequest: "2Gi" } }, "server.memoryRequest", /over memoryLimit/],
  ["a user twice", { users: [user("a"), user("a", ["b:*"])] }, "users[1].name", /users\[0\] already/],
  ["a user of the program's", { users: [user("guard")] }, "users[0].name", /program's own/],
  ["a name that would break the ACL file", { users: [user("a b")] }, "users[0].name", /no user's name/],
  ["a prefix without *", { users: [user("a", ["a:"])] }, "users[0].keys[0]", /has no "\*".*write "a:\*"/],
  ["a pattern with a space", { users: [user("a", ["a :*"])] }, "users[0].keys[0]", /white space/],
  ["the guard's keys", { users: [user("a", ["__dr:*"])] }, "users[0].keys[0]", /the guard's/],
  ["all keys without saying so", { users: [user("a", ["*"])] }, "users[0].keys", /scope: "wide"/],
  [
    "overlapping prefixes",
    { users: [user("a", ["a:*"]), user("b", ["a:b:*"])] },
    "users[1].keys[0]",
    /overlaps "a:\*" of user "a"/,
  ],
  [
    "an unknown command",
    { users: [{ ...user("a"), commands: ["+@all", "+GETT"] }] },
    "users[0].commands[1]",
    /"\+GETT" is no rule of dragonfly: .*no such command/,
  ],
  [
    "a subcommand on Dragonfly",
    { users: [{ ...user("a"), commands: ["+CONFIG|GET"] }] },
    "users[0].commands[0]",
    /subcommands/,
  ],
  ["a cron that does not parse", { snapshots: { cron: "61 * * * *" } }, "snapshots.cron", /does not parse/],
  ["a cron with seconds", { snapshots: { cron: "0 0 * * * *" } }, "snapshots.cron", /five fields/],
  ["a cron that never comes", { snapshots: { cron: "0 0 31 2 *" } }, "snapshots.cron", /never comes/],
  [
    "half-given credentials",
    { snapshots: { s3: { endpoint: "https://s3.example.com", accessKey: "k" } } },
    "snapshots.s3.secretKey",
    /is missing; /,
  ],
  [
    "credentials without a place",
    { snapshots: { s3: { accessKey: "k", secretKey: "s" } } },
    "snapshots.s3.bucket",
    /is missing; /,
  ],
  [
    "an endpoint with credentials in it",
    { snapshots: { s3: { ...S3, endpoint: "http://k:s@10.1.2.3:9000" } } },
    "snapshots.s3.endpoint",
    /no URL of a host and a port/,
  ],
  [
    "an endpoint that is nowhere",
    { snapshots: { s3: { ...S3, endpoint: "https://s3.example.com" } } },
    "snapshots.s3.cidrs",
    /at which addresses s3.example.com is/,
  ],
  ["a bucket that cannot be", { snapshots: { s3: { ...S3, bucket: "B" } } }, "snapshots.s3.bucket", /no bucket's name/],
  ["two places", { snapshots: { s3: S3, aws: AWS } }, "snapshots.aws", /beside snapshots.s3/],
  ["a place and no time", { snapshots: { s3: S3, cron: "" } }, "snapshots.cron", /is empty, though/],
  ["half of AWS", { snapshots: { aws: { bucket: "cache-snapshots" } } }, "snapshots.aws.cidrs", /is missing; /],
  [
    "a lifecycle that overtakes the pruning",
    { snapshots: { aws: { ...AWS, expireDays: 7 } } },
    "snapshots.aws.expireDays",
    /within the 14 days/,
  ],
  ["a drill that never comes", { snapshots: { drillCron: "0 0 31 2 *" } }, "snapshots.drillCron", /never comes/],
  ["no snapshot kept", { snapshots: { retention: { least: 0 } } }, "snapshots.retention.least", /0 is no whole number/],
  [
    "a node's port without its type",
    { gateway: { clients: { nodePort: 30379 } } },
    "gateway.clients.nodePort",
    /type NodePort/,
  ],
  [
    "a cache open to the world",
    { gateway: { clients: { type: "LoadBalancer" } } },
    "gateway.clients.allowedSources",
    /nobody in particular/,
  ],
  [
    "a resolver without upstreams",
    { resolver: { enabled: true } },
    "resolver.upstreams",
    /is missing; name the DNS servers/,
  ],
  [
    "a resolver's upstream by name",
    { resolver: resolver({ upstreams: ["dns.example.com"] }) },
    "resolver.upstreams[0]",
    /no IP address/,
  ],
  [
    "a resolver in the cache's namespace",
    { resolver: resolver({ namespace: "cache" }) },
    "resolver.namespace",
    /another's/,
  ],
  ["a resolver that nobody may ask", { resolver: resolver({ clients: [] }) }, "resolver.clients", /nobody may ask/],
  [
    "a resolver with a Service's address that is none",
    { resolver: resolver({ clusterIP: "dns" }) },
    "resolver.clusterIP",
    /no IP address/,
  ],
  [
    "fewer resolvers at most than at least",
    { resolver: resolver({ maxReplicas: 2 }) },
    "resolver.maxReplicas",
    /less than replicas \(3\)/,
  ],
  [
    "a resolver without room for its cache",
    { resolver: resolver({ cacheSize: "256Mi" }) },
    "resolver.memoryLimit",
    /at least 704Mi/,
  ],
  [
    "a resolver that the program has no image for",
    { resolver: resolver({ implementation: "routedns" }) },
    "resolver.image",
    /there is no default for routedns/,
  ],
  [
    "a resolver's variable that is the program's",
    { resolver: resolver({ environment: { HEIMDALL_REDIS_URL: "redis://elsewhere" } }) },
    "resolver.environment.HEIMDALL_REDIS_URL",
    /set by the program/,
  ],
  [
    "a resolver's password as a variable",
    { resolver: resolver({ environment: { HEIMDALL_REDIS_PASSWORD: "x" } }) },
    "resolver.environment.HEIMDALL_REDIS_PASSWORD",
    /set by the program/,
  ],
  [
    "a resolver's variable that it does not know the value of",
    { resolver: resolver({ environment: { HEIMDALL_MIN_TTL: "long" } }) },
    "resolver.environment.HEIMDALL_MIN_TTL",
    /out of range; use a whole number/,
  ],
  [
    "a resolver whom the cache does not know",
    { resolver: resolver({}), users: [user("a")] },
    "users",
    /"heimdall".*none of them/,
  ],
  [
    "a resolver that may not tell the others",
    { resolver: resolver({}), users: [user("heimdall", ["heimdall:dns:cache:*"])] },
    "users[0].channels",
    /heimdall:dns:cache:invalidate/,
  ],
  ["a stack's short name", { passwordsFrom: "primary" }, "passwordsFrom", /organization\/dragonfly-dr\/STACK/],
];

function resolver(rest: Raw): Raw {
  return { enabled: true, upstreams: ["10.0.0.2"], ...rest };
}

function user(name: string, keys: readonly string[] = [`${name}:*`]): Raw {
  return { name, keys, commands: ["+@all", "-@dangerous"] };
}

describe("a stack's configuration", () => {
  it("is good with what it must say", () => {
    assert.deepEqual(problems(good), {});
    assert.equal(config(good).settings.site, "primary");
  });

  for (const [what, change, key, words] of bad) {
    it(`refuses ${what}`, () => {
      const found = problems({ ...good, ...change });
      assert.ok(key in found, `${key} in ${JSON.stringify(found)}`);
      assert.match(found[key] ?? "", words);
    });
  }

  it("names every problem at once, and no more than there are", () => {
    const chosen = bad.filter(([what]) =>
      [
        "an unknown key",
        "too much maxmemory",
        "a prefix without *",
        "a cron with seconds",
        "a stack's short name",
      ].includes(what),
    );
    const all = Object.assign({}, good, ...chosen.map(([, change]) => change)) as Raw;
    assert.deepEqual(Object.keys(problems(all)).sort(), chosen.map(([, , key]) => key).sort());
  });

  it("judges what can be read beside what cannot, and compares nothing with the latter", () => {
    const broken = {
      server: { maxmemory: 5, memoryLimit: "300Mi", threads: 3, cpuLimit: "1" },
      users: [user("a b", ["a:*"])],
    };
    assert.deepEqual(Object.keys(problems({ ...good, ...broken })).sort(), [
      "server.cpuLimit",
      "server.maxmemory",
      "users[0].name",
    ]);
  });

  it("says of each problem what kind it is, whatever its words", () => {
    const validated = validateSiteConfig({
      ...good,
      sevrer: {},
      server: { threads: 0, maxmemory: "900mb" },
      peers: [{ site: "dr" }],
    });
    assert.ok("problems" in validated);
    assert.deepEqual(validated.problems.map(({ kind, key }) => `${kind} ${key}`).sort(), [
      "conflict server.maxmemory",
      "malformed server.threads",
      "missing peers[0].address",
      "unknown-key sevrer",
    ]);
  });

  it("has users beside the default ones, and judges both lists as one", () => {
    const names = (settings: SiteConfig["settings"]): readonly string[] => aclUsers(settings).map(({ name }) => name);
    const { settings } = config({ ...good, extraUsers: [user("shop")] });
    assert.deepEqual(names(settings).slice(0, 6), [...defaultUsers.map(({ name }) => name), "shop"]);
    assert.deepEqual(names(config({ ...good, users: [user("shop")] }).settings).slice(0, 2), ["shop", "guard"]);
    assert.match(
      problems({ ...good, extraUsers: [user("keycloak")] })["extraUsers[0].name"] ?? "",
      /users\[0\] already/,
    );
    assert.match(
      problems({ ...good, extraUsers: [user("shop", ["cache:x:*"])] })["extraUsers[0].keys[0]"] ?? "",
      /user "appcache"/,
    );
  });

  it("refuses sizes that Kubernetes would, and names those that it takes", () => {
    const found = problems({
      ...good,
      server: { memoryRequest: "512mb", memoryLimit: "1GB", storage: { size: "10GB" }, maxmemory: "512mb" },
    });
    assert.deepEqual(Object.keys(found).sort(), ["server.memoryLimit", "server.memoryRequest", "server.storage.size"]);
    for (const text of Object.values(found))
      assert.match(text, /no size that Kubernetes takes; write one such as "512Mi"/);
  });

  it("takes numbers and truths as YAML and as the command line write them", () => {
    const { settings } = config({
      ...good,
      server: { threads: "2", cacheMode: "false" },
      peers: [{ site: "dr", address: "10.0.0.1", port: "6381" }],
    });
    assert.equal(settings.server.threads, 2);
    assert.equal(settings.server.cacheMode, false);
    assert.equal(settings.peers[0]?.port, 6381);
  });

  it("is refused or read, whatever it says", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.constantFrom(...Object.keys(stack.fields)), fc.string()), fc.jsonValue()),
        (raw) => {
          const validated = validateSiteConfig(raw as Raw);
          assert.ok("config" in validated || validated.problems.length > 0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("is read from the program's keys alone", () => {
    assert.deepEqual(
      ownKeys({
        "dragonfly-dr:site": "dr",
        "dragonfly-dr:peers": '[{"site":"primary"}]',
        "kubernetes:context": "x",
        "pulumi:tags": "{}",
      }),
      { site: "dr", peers: [{ site: "primary" }] },
    );
  });

  it("is reported one line a problem, under the name that it has in the stack's file", () => {
    const error = new SettingsError(
      "configuration of stack dr",
      [{ kind: "missing", key: "site", problem: "is missing", remedy: "name it" }],
      "dragonfly-dr:",
    );
    assert.equal(error.message, "configuration of stack dr: 1 problem\n  dragonfly-dr:site: is missing; name it");
  });
});

describe("Pulumi.yaml", () => {
  const project = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as {
    main: string;
    config: Record<string, { default?: unknown; description: string }>;
  };

  it("says nothing that the program does not take", () => {
    const defaults = Object.entries(project.config).map(([key, { default: value }]) => [key, value] as const);
    const given = { ...Object.fromEntries(defaults), site: "primary", network: { apiServer: { cidr: "10.0.0.0/24" } } };
    assert.deepEqual(config(given).settings, config({ site: given.site, network: given.network }).settings);
    assert.equal(project.config["site"]?.default, undefined);
  });

  it("runs the program, not the library that package.json names", () => assert.equal(project.main, "index.ts"));
});
