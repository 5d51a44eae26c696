import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBundle } from "../../../components/bundle";
import type { ResolverInput, SiteArgs } from "../../../components/settings/args";
import { readConfig } from "../../../resolver/config/config";
import { renderStack, type RenderedResource } from "../../../stacks/render";
import { settingsOf } from "../settingsOf";

type Body = Readonly<Record<string, unknown>>;

const site: SiteArgs = { site: "primary", environment: "lab", network: { apiServer: { cidr: "10.0.0.0/24" } } };
const on: ResolverInput = { enabled: true, upstreams: ["10.0.0.2", "10.0.0.3:5353"] };

describe("the resolver's component", function () {
  this.timeout(120_000);
  const directory = mkdtempSync(join(tmpdir(), "resolver-"));
  const guardBundle = join(directory, "guard.cjs");
  const resolverBundle = join(directory, "resolver.cjs");
  before(() => {
    writeFileSync(guardBundle, "// the guard\n");
    writeFileSync(resolverBundle, "// the resolver\n");
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  const render = async (
    resolver: ResolverInput = {},
    rest: Partial<SiteArgs> = {},
  ): Promise<readonly RenderedResource[]> =>
    (
      await renderStack(
        "test",
        { settings: settingsOf({ ...site, ...rest, resolver: { ...on, ...resolver } }) },
        { guardBundle, resolverBundle },
      )
    ).resources;

  it("is not there unless it is turned on, and the cache admits nobody for it then", async () => {
    const { resources } = await renderStack("test", { settings: settingsOf(site) }, { guardBundle });
    assert.deepEqual(inNamespace(resources, "dns"), []);
    assert.ok(!JSON.stringify(one(resources, "NetworkPolicy", "dragonfly-gateway")).includes('"dns"'));
    assert.ok(JSON.stringify(one(await render(), "NetworkPolicy", "dragonfly-gateway")).includes('"dns"'));
  });

  it("has an environment that the resolver itself reads, with the cache's two doors", async () => {
    const { upstreams, redis, workers } = readConfig(environment(await render()));
    assert.deepEqual(
      upstreams.map(({ host, port }) => `${host}:${port}`),
      ["10.0.0.2:53", "10.0.0.3:5353"],
    );
    assert.equal(workers, 2);
    assert.equal(redis?.write.host, "dragonfly.cache.svc.cluster.local");
    assert.equal(redis?.read.host, "dragonfly-ro.cache.svc.cluster.local");
    assert.equal(redis?.write.username, "heimdall");
    assert.equal(redis?.password, undefined);
    assert.equal(redis?.passwordFile, "/etc/dragonfly-dr/redis/password");
  });

  it("gives its namespace one password of all, in a Secret that is mounted", async () => {
    const resources = await render();
    const secrets = inNamespace(resources, "dns").filter(({ type }) => type.endsWith(":Secret"));
    assert.equal(secrets.length, 1);
    assert.deepEqual(Object.keys(secrets[0]?.props["data"] as Body), ["password"]);
    assert.match(
      Buffer.from(String((secrets[0]?.props["data"] as Body)["password"]), "base64").toString(),
      /^rendered-heimdall-/,
    );
    for (const { type, props } of inNamespace(resources, "dns"))
      if (!type.endsWith(":Secret")) assert.doesNotMatch(JSON.stringify(props), /rendered-/, type);
  });

  it("speaks to the gateway, the cluster's DNS and the upstreams, each at its port, and to nobody else", async () => {
    assert.deepEqual(directions(await render(), "egress"), [
      "10.0.0.2/32 TCP 53",
      "10.0.0.2/32 UDP 53",
      "10.0.0.3/32 TCP 5353",
      "10.0.0.3/32 UDP 5353",
      "cache/gateway TCP 6378",
      "cache/gateway TCP 6379",
      "kube-system/kube-dns TCP 53",
      "kube-system/kube-dns UDP 53",
    ]);
    assert.deepEqual(directions(await render({ implementation: "heimdall", image: "heimdall:1" }), "egress"), [
      "10.0.0.2/32 TCP 53",
      "10.0.0.2/32 UDP 53",
      "10.0.0.3/32 TCP 5353",
      "10.0.0.3/32 UDP 5353",
    ]);
  });

  it("is asked by the namespaces and addresses that are named, and watched by monitoring", async () => {
    assert.deepEqual(directions(await render({ clients: ["apps"], clientCidrs: ["10.9.0.0/16"] }), "ingress"), [
      "10.9.0.0/16 TCP 1053",
      "10.9.0.0/16 UDP 1053",
      "apps TCP 1053",
      "apps UDP 1053",
      "monitoring TCP 9153",
    ]);
    const closed = one(await render(), "NetworkPolicy", "resolver-default-deny");
    assert.deepEqual(closed["spec"], { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  });

  it("leaves the number of pods to the autoscaler where there is one", async () => {
    const scaled = await render();
    assert.equal(at(one(scaled, "Deployment", "resolver"), "spec", "replicas"), undefined);
    assert.deepEqual(
      [
        at(one(scaled, "HorizontalPodAutoscaler", "resolver"), "spec", "minReplicas"),
        at(one(scaled, "HorizontalPodAutoscaler", "resolver"), "spec", "maxReplicas"),
      ],
      [3, 9],
    );
    assert.equal(at(one(scaled, "PodDisruptionBudget", "resolver"), "spec", "maxUnavailable"), 1);
    const fixed = await render({ maxReplicas: 3 });
    assert.equal(at(one(fixed, "Deployment", "resolver"), "spec", "replicas"), 3);
    assert.ok(!fixed.some(({ type }) => type.endsWith(":HorizontalPodAutoscaler")));
    assert.ok(
      !inNamespace(await render({ replicas: 1, maxReplicas: 1 }), "dns").some(({ type }) =>
        type.endsWith(":PodDisruptionBudget"),
      ),
      "one pod's budget would forbid every drain",
    );
  });

  it("serves 53 over UDP and TCP from ports that need no privilege", async () => {
    const spec = at(one(await render({ clusterIP: "10.96.0.53" }), "Service", "resolver"), "spec") as Body;
    assert.equal(spec["clusterIP"], "10.96.0.53");
    assert.deepEqual(
      (spec["ports"] as readonly Body[]).map(({ protocol, port, targetPort }) => [protocol, port, targetPort]),
      [
        ["UDP", 53, 1053],
        ["TCP", 53, 1053],
      ],
    );
  });

  it("rolls when its bundle changes, whose object is named after its content", async () => {
    const named = (resources: readonly RenderedResource[]): string =>
      String(
        at(inNamespace(resources, "dns").find(({ type }) => type.endsWith(":ConfigMap"))?.props, "metadata", "name"),
      );
    const first = named(await render());
    assert.match(first, /^resolver-[0-9a-f]{8}$/);
    writeFileSync(resolverBundle, "// another\n");
    const second = await render();
    assert.notEqual(named(second), first);
    assert.ok(JSON.stringify(one(second, "Deployment", "resolver")).includes(named(second)));
    assert.throws(() => readBundle("resolver", join(directory, "none.cjs")), /none\.cjs; run "npm run build"/);
  });

  it("runs RouteDNS with its password in a Secret, since its configuration is where it takes it from", async () => {
    const resources = await render({ implementation: "routedns", image: "routedns:1" });
    const secrets = inNamespace(resources, "dns").filter(({ type }) => type.endsWith(":Secret"));
    const text = Buffer.from(
      String((secrets[0]?.props["data"] as Body | undefined)?.["routedns.toml"]),
      "base64",
    ).toString();
    assert.match(text, /redis-username = "heimdall", redis-password = "rendered-heimdall-/);
    assert.match(text, /redis-key-prefix = "heimdall:dns:cache:"/);
    for (const address of ["10.0.0.2:53", "10.0.0.3:5353"]) assert.ok(text.includes(`address = "${address}"`));
    const pods = at(one(resources, "Deployment", "resolver"), "spec", "template") as Body;
    assert.match(
      String(at(pods, "metadata", "annotations", "dragonfly-dr.io/configuration")),
      /^[0-9a-f]{8}$/,
      "a new password is read by new pods only",
    );
    assert.doesNotMatch(JSON.stringify(pods), /rendered-/);
    assert.ok(!inNamespace(resources, "dns").some(({ type }) => type.endsWith(":ConfigMap")));
  });

  it("runs the original Heimdall without Redis, DoT and DoH, and gives it no password", async () => {
    const resources = await render({ implementation: "heimdall", image: "heimdall:1" });
    const variables = environment(resources);
    for (const name of [
      "HEIMDALL_REDIS_ENABLED",
      "HEIMDALL_ENABLE_DOT",
      "HEIMDALL_ENABLE_DOH",
      "HEIMDALL_ENABLE_ITERATIVE",
    ])
      assert.equal(variables[name], "false", name);
    assert.equal(variables["HEIMDALL_UPSTREAM_SERVERS"], "10.0.0.2:53,10.0.0.3:5353");
    assert.ok(!inNamespace(resources, "dns").some(({ type }) => type.endsWith(":Secret")));
    assert.ok(
      !JSON.stringify(one(resources, "NetworkPolicy", "dragonfly-gateway")).includes('"dns"'),
      "no way into the cache for who has no use for it",
    );
  });

  it("passes variables on", async () => {
    assert.equal(environment(await render({ environment: { HEIMDALL_MIN_TTL: "5" } }))["HEIMDALL_MIN_TTL"], "5");
  });
});

const namespaceOf = ({ props }: RenderedResource): unknown => at(props, "metadata", "namespace");
const inNamespace = (resources: readonly RenderedResource[], namespace: string): readonly RenderedResource[] =>
  resources.filter((each) => namespaceOf(each) === namespace);

function one(resources: readonly RenderedResource[], kind: string, name: string): Body {
  const found = resources.find(
    ({ type, props }) => type.endsWith(`:${kind}`) && at(props, "metadata", "name") === name,
  );
  assert.ok(found, `${kind} ${name}`);
  return found.props;
}

/** A value deep in a rendering; undefined where the way ends. */
function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (found, key) => (typeof found === "object" && found !== null ? (found as Record<string, unknown>)[key] : undefined),
    value,
  );
}

function environment(resources: readonly RenderedResource[]): Readonly<Record<string, string>> {
  const containers = at(
    one(resources, "Deployment", "resolver"),
    "spec",
    "template",
    "spec",
    "containers",
  ) as readonly { readonly env: readonly { readonly name: string; readonly value: string }[] }[];
  return Object.fromEntries(containers.flatMap(({ env }) => env).map(({ name, value }) => [name, value]));
}

/** "who protocol port" of each pair that the resolver's own policy admits in a direction. */
function directions(resources: readonly RenderedResource[], direction: "ingress" | "egress"): readonly string[] {
  const rules = at(one(resources, "NetworkPolicy", "resolver"), "spec", direction) as readonly Body[];
  return rules
    .flatMap((rule) => {
      const peers = (rule[direction === "ingress" ? "from" : "to"] ?? []) as readonly Body[];
      const ports = (rule["ports"] ?? []) as readonly { readonly protocol: string; readonly port: number }[];
      assert.ok(peers.length > 0 && ports.length > 0, "a rule that names nobody, or no port, admits everybody");
      return peers.flatMap((peer) => ports.map(({ protocol, port }) => `${who(peer)} ${protocol} ${port}`));
    })
    .sort();
}

function who(peer: Body): string {
  const cidr = at(peer, "ipBlock", "cidr");
  if (cidr !== undefined) return String(cidr);
  const pods =
    at(peer, "podSelector", "matchLabels", "app.kubernetes.io/component") ??
    at(peer, "podSelector", "matchLabels", "k8s-app");
  return [at(peer, "namespaceSelector", "matchLabels", "kubernetes.io/metadata.name"), pods]
    .filter((part) => part !== undefined)
    .join("/");
}
