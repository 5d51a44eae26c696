import { array, at, dig, mutant, object, places, rewrite, type Mutant, type World } from "./world";
import { Random } from "../random";
import type { Draft, Json, Props } from "../fixtures/site";

/** Variations that break nothing: whoever complains about one raises a false alarm. */
export const harmlessVariations = (world: World): Mutant[] => [
  ...orderVariations(world),
  ...markVariations(world),
  ...besideVariations(world),
  ...unknownVariations(world),
  ...ownVariations(world),
];

const isMap = (value: Json | undefined): value is Props =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const harmless = (world: World, name: string, change: (all: Draft[]) => void): Mutant =>
  mutant(world, `harmless: ${name}`, null, change);

function orderVariations(world: World): Mutant[] {
  return Array.from({ length: 10 }, (_, seed) =>
    harmless(world, `resources and properties in another order (${seed})`, (all) => {
      const random = new Random(seed + 1);
      const shuffled = shuffle(
        all.map((each) => ({ ...each, props: reordered(each.props, random) })),
        random,
      );
      all.splice(0, all.length, ...shuffled);
    }),
  );
}

function shuffle<T>(from: readonly T[], random: Random): T[] {
  return from
    .map((value) => ({ value, rank: random.below(1_000_000) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ value }) => value);
}

/** Keys of objects have no order; lists keep theirs. */
function reordered(value: Props, random: Random): Props {
  const inner = (each: Json): Json =>
    Array.isArray(each) ? each.map(inner) : isMap(each) ? reordered(each, random) : each;
  return Object.fromEntries(shuffle(Object.entries(value), random).map(([key, each]) => [key, inner(each)]));
}

/** Labels and annotations that mean nothing to anybody here. */
function markVariations(world: World): Mutant[] {
  const found: Mutant[] = [];
  // The others have the objects of the first in another form.
  if (!["dragonfly", "operator", "chart"].includes(world.name)) return found;
  for (const [place, { type, name, stack, props }] of world.resources.entries()) {
    if (!type.startsWith("kubernetes:") || !isMap(props["metadata"])) continue;
    const metadata = (all: Draft[]): Props => object(at(all, place).props, "metadata");
    const add = (what: string, key: string, marks: Props): void =>
      void found.push(
        harmless(
          world,
          `${stack}: ${name}: ${what}`,
          (all) =>
            void (metadata(all)[key] = {
              ...(isMap(metadata(all)[key]) ? (metadata(all)[key] as Props) : {}),
              ...marks,
            }),
        ),
      );
    add("a label more", "labels", { "example.com/team": "payments" });
    add("an annotation more", "annotations", {
      "example.com/checksum": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      "example.com/password-policy": "https://wiki.example.com/passwords",
    });
    found.push(
      harmless(
        world,
        `${stack}: ${name}: another name in Pulumi`,
        (all) => void all.splice(place, 1, { ...at(all, place), name: `renamed-${name}` }),
      ),
    );
  }
  return found;
}

const kube = (type: string, name: string, namespace: string, rest: Props): Draft => {
  const [groupVersion = "", kind = ""] = type.split(":");
  return {
    type: `kubernetes:${type}`,
    name,
    stack: "primary",
    secrets: ["data"],
    props: { apiVersion: groupVersion.replace(/^core\//, ""), kind, metadata: { name, namespace }, ...rest },
  };
};

const SELECTS: Props = { matchLabels: { app: "shop" } };
const pod = (container: Props): Props => ({
  metadata: { labels: { app: "shop" } },
  spec: { containers: [{ name: "shop", image: "shop:latest", ...container }] },
});

/** What others do in namespaces of their own is not this pack's business, but for their passwords. */
const BESIDE: readonly (readonly [string, Draft])[] = [
  [
    "a Deployment that pins nothing",
    kube("apps/v1:Deployment", "shop", "shop", { spec: { replicas: 1, selector: SELECTS, template: pod({}) } }),
  ],
  [
    "a StatefulSet that updates by itself",
    kube("apps/v1:StatefulSet", "shop", "shop", {
      spec: {
        selector: SELECTS,
        updateStrategy: { type: "RollingUpdate" },
        template: pod({ securityContext: { privileged: true } }),
      },
    }),
  ],
  [
    "a LoadBalancer for all",
    kube("core/v1:Service", "shop", "shop", {
      spec: { type: "LoadBalancer", selector: { app: "shop" }, ports: [{ port: 443 }] },
    }),
  ],
  [
    "a policy that opens a namespace",
    kube("networking.k8s.io/v1:NetworkPolicy", "shop", "shop", {
      spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{}] },
    }),
  ],
  ["a namespace that enforces nothing", kube("core/v1:Namespace", "shop", "", {})],
  [
    "a budget for other pods",
    kube("policy/v1:PodDisruptionBudget", "shop", "cache", { spec: { minAvailable: 1, selector: SELECTS } }),
  ],
  [
    "a ConfigMap",
    kube("core/v1:ConfigMap", "shop", "shop", {
      data: {
        "greeting.txt": "Log in with your password.",
        TOKEN_TTL: "3600",
        PASSWORD_FILE: "/run/secrets/password",
        url: "redis://dragonfly.cache.svc:6379/0",
      },
    }),
  ],
  [
    "a ConfigMap with files",
    kube("core/v1:ConfigMap", "shop", "shop", {
      data: {
        "app.yaml":
          "redis:\n  password: ${REDIS_PASSWORD}\n  passwordFile: /run/secrets/password\n  secret:\n    name: " +
          "shop-redis\n# password: see the vault, as always\n",
        "run.sh": 'export REDIS_PASSWORD=$(cat /run/secrets/password)\nif [ -z "$PASSWORD" ]; then exit 1; fi\n',
        "app.json": '{"password": "{{ .password }}", "token": "", "secret": "env:SHOP_SECRET"}',
      },
    }),
  ],
  [
    "a CronJob",
    kube("batch/v1:CronJob", "shop", "shop", {
      spec: {
        schedule: "* * * * *",
        jobTemplate: {
          spec: {
            template: pod({
              env: [
                { name: "PASSWORD_FILE", value: "/run/secrets/password" },
                { name: "SECRET_NAME", value: "shop" },
              ],
            }),
          },
        },
      },
    }),
  ],
  [
    "a Service without pods",
    kube("core/v1:Service", "elsewhere", "cache", {
      spec: { type: "ExternalName", externalName: "elsewhere.example.com" },
    }),
  ],
  [
    "a custom resource",
    kube("monitoring.coreos.com/v1:ServiceMonitor", "shop", "cache", {
      spec: { selector: SELECTS, endpoints: [{ port: "metrics", path: "/metrics" }] },
    }),
  ],
  ["a queue", { type: "aws:sqs/queue:Queue", name: "shop", stack: "primary", props: { name: "shop" } }],
  [
    "rights of others",
    {
      type: "aws:iam/rolePolicy:RolePolicy",
      name: "shop",
      stack: "primary",
      props: {
        role: "shop",
        policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: "sqs:*", Resource: "*" }] }),
      },
    },
  ],
  [
    "a role that may be taken on",
    {
      type: "aws:iam/role:Role",
      name: "shop",
      stack: "primary",
      props: {
        assumeRolePolicy: JSON.stringify({
          Statement: [
            {
              Effect: "Allow",
              Action: "sts:AssumeRoleWithWebIdentity",
              Principal: { Federated: "arn:aws:iam::111122223333:oidc-provider/x" },
            },
          ],
        }),
      },
    },
  ],
];

const besideVariations = (world: World): Mutant[] =>
  BESIDE.map(([name, draft]) => harmless(world, `beside it ${name}`, (all) => void all.push(structuredClone(draft))));

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A preview of a new stack: any property may not be known yet. */
function unknownVariations(world: World): Mutant[] {
  const found: Mutant[] = [];
  for (const [place, { name, stack, type, props }] of world.resources.entries()) {
    if (stack !== "primary" || type.startsWith("dragonfly-dr:") || type.startsWith("pulumi:") || !isOwn(world, type))
      continue;
    found.push(
      harmless(
        world,
        `unknown: all of ${type} ${name}`,
        (all) =>
          void all.splice(place, 1, {
            ...at(all, place),
            props: Object.fromEntries(
              Object.keys(props).map((key) => [
                key,
                ["apiVersion", "kind"].includes(key) ? (props[key] ?? null) : UNKNOWN,
              ]),
            ),
          }),
      ),
    );
    for (const path of paths(props, world.name === "redis" ? 1 : 3)) {
      if (["apiVersion", "kind"].includes(path[0] ?? "")) continue;
      found.push(
        harmless(world, `unknown: ${path.join(".")} of ${type} ${name}`, (all) => {
          const owner = object(at(all, place).props, ...path.slice(0, -1));
          owner[path.at(-1) ?? ""] = UNKNOWN;
        }),
      );
    }
  }
  return found;
}

/** What a world has that the first has not. */
function isOwn({ name }: World, type: string): boolean {
  switch (name) {
    case "cilium":
      return type.endsWith(":CiliumNetworkPolicy");
    case "aws":
      return type.startsWith("aws:");
    case "on-premises":
      return type.endsWith(":NetworkPolicy") || type.endsWith(":Secret");
    default:
      return true;
  }
}

function paths(value: Props, depth: number): string[][] {
  return Object.entries(value).flatMap(([key, each]) => [
    [key],
    ...(depth > 1 && isMap(each) ? paths(each, depth - 1).map((rest) => [key, ...rest]) : []),
  ]);
}

/** The same, or something as good, said in another way. */
function ownVariations(world: World): Mutant[] {
  return [
    ...policyVariations(world),
    ...serverVariations(world),
    ...scheduleVariations(world),
    ...storageVariations(world),
    ...userVariations(world),
  ];
}

function policyVariations(world: World): Mutant[] {
  const found: Mutant[] = [];
  for (const place of places(world, "NetworkPolicy")) {
    const { name } = place.resource;
    const spec = (all: Draft[]): Props => object(at(all, place.at).props, "spec");
    const edit = (what: string, change: (own: Props, all: Draft[]) => void): void =>
      void found.push(harmless(world, `${name}: ${what}`, (all) => change(spec(all), all)));
    edit("twice", (_, all) => void all.push({ ...structuredClone(at(all, place.at)), name: `${name}-again` }));
    edit("selects by expressions", (own) => void (own["podSelector"] = expressions(object(own, "podSelector"))));
    for (const [side, others] of [
      ["ingress", "from"],
      ["egress", "to"],
    ] as const) {
      const rules = object(place.resource.props, "spec")[side];
      if (!Array.isArray(rules)) continue;
      edit(`${side} in another order`, (own) => array(own, side).reverse());
      edit(`${side} said twice`, (own) => void array(own, side).push(...structuredClone(array(own, side))));
      edit(
        `a rule for each peer of ${side}`,
        (own) =>
          void (own[side] = array(own, side).flatMap((rule) =>
            array(rule, others).map((peer) => ({ ...object(rule), [others]: [peer] })),
          )),
      );
      edit(
        `a rule for each port of ${side}`,
        (own) =>
          void (own[side] = array(own, side).flatMap((rule) =>
            array(rule, "ports").map((port) => ({ ...object(rule), ports: [port] })),
          )),
      );
      edit(
        `${side} by expressions`,
        (own) =>
          void (own[side] = array(own, side).map((rule) => ({
            ...object(rule),
            [others]: array(rule, others).map((peer) => byExpressions(object(peer))),
          }))),
      );
      edit(
        `${side} with blocks in halves`,
        (own) =>
          void (own[side] = array(own, side).map((rule) => ({
            ...object(rule),
            [others]: array(rule, others).flatMap((peer) => inHalves(object(peer))),
          }))),
      );
      edit(
        `${side} without the word TCP`,
        (own) =>
          void (own[side] = array(own, side).map((rule) => ({
            ...object(rule),
            ports: array(rule, "ports").map((port) => {
              const { protocol, ...rest } = object(port);
              return protocol === "TCP" ? rest : object(port);
            }),
          }))),
      );
    }
  }
  return found;
}

function expressions(selector: Props): Props {
  const labels = isMap(selector["matchLabels"]) ? selector["matchLabels"] : {};
  return { matchExpressions: Object.entries(labels).map(([key, value]) => ({ key, operator: "In", values: [value] })) };
}

const byExpressions = (peer: Props): Props =>
  Object.fromEntries(
    Object.entries(peer).map(([key, value]) => [
      key,
      key.endsWith("Selector") && isMap(value) && Object.keys(value).length > 0 ? expressions(value) : value,
    ]),
  );

function inHalves(peer: Props): Props[] {
  if (!isMap(peer["ipBlock"])) return [peer];
  const [address = "", bits = ""] = String(peer["ipBlock"]["cidr"]).split("/");
  if (Number(bits) >= 24) return [peer];
  const parts = address.split(".").map(Number);
  const at1 = Math.floor(Number(bits) / 8);
  const upper = parts.map((part, i) => (i === at1 ? part + 2 ** (7 - (Number(bits) % 8)) : part)).join(".");
  return [address, upper].map((half) => ({ ipBlock: { cidr: `${half}/${Number(bits) + 1}` } }));
}

const TEMPLATE = ["spec", "template", "spec"] as const;

function serverVariations(world: World): Mutant[] {
  const found: Mutant[] = [];
  for (const place of places(world, "StatefulSet")) {
    const container = (all: Draft[], i = 0): Props => object(at(all, place.at).props, ...TEMPLATE, "containers", i);
    const edit = (what: string, change: (own: Props, all: Draft[]) => void): void =>
      void found.push(harmless(world, `server: ${what}`, (all) => change(container(all), all)));
    edit("a flag that nobody judges", (own) =>
      array(own, "args").push(...(world.name === "redis" ? ["--tcp-keepalive", "60"] : ["--tcp_keepalive=60"])),
    );
    edit("env values without a secret", (own) => {
      own["env"] = [
        ...("env" in own ? array(own, "env") : []),
        { name: "LOG_LEVEL", value: "info" },
        { name: "TOKEN_TTL", value: "3600" },
        { name: "PASSWORD_FILE", value: "/run/secrets/password" },
        { name: "PASSWORD_REQUIRED", value: "true" },
      ];
    });
    edit("more requested", (own) => void (object(own, "resources")["requests"] = { cpu: "2", memory: "300Mi" }));
    edit("a limit of four cores", (own) => void (object(own, "resources", "limits")["cpu"] = "4"));
    edit(
      "its own user",
      (own) =>
        void Object.assign(object(own, "securityContext"), {
          runAsUser: 999,
          runAsNonRoot: true,
          seccompProfile: { type: "RuntimeDefault" },
        }),
    );
    edit(
      "an init container",
      (_, all) =>
        void (object(at(all, place.at).props, ...TEMPLATE)["initContainers"] = [
          {
            name: "wait",
            image: container(all, 1)["image"] ?? "",
            command: ["node", "-e", "0"],
            securityContext: structuredClone(container(all, 1)["securityContext"] ?? {}),
          },
        ]),
    );
    edit("an image of a mirror", (own) => void (own["image"] = `mirror.example.com:5000/${String(own["image"])}`));
    if (world.name !== "redis") {
      edit("more memory in both sites", (_, all) =>
        all
          .filter(({ type }) => type.endsWith(":StatefulSet"))
          .forEach(
            (each) => void (object(each.props, ...TEMPLATE, "containers", 0, "resources", "limits")["memory"] = "2Gi"),
          ),
      );
      edit(
        "flags with a blank between",
        (own) =>
          void (own["args"] = array(own, "args").flatMap((word) =>
            String(word)
              .split("=")
              .filter((part) => part !== ""),
          )),
      );
      edit("started by a shell", (own) => {
        own["command"] = ["/bin/sh", "-c", `exec dragonfly ${array(own, "args").join(" ")}`];
        own["args"] = [];
      });
      edit("the ACL file by its items", (_, all) =>
        array(at(all, place.at).props, ...TEMPLATE, "volumes").forEach((volume) => {
          const each = object(volume);
          if (each["name"] === "acl") object(each, "secret")["items"] = [{ key: "users.acl", path: "users.acl" }];
        }),
      );
    }
  }
  for (const place of places(world, "Deployment")) {
    found.push(
      harmless(world, "three gateways", (all) => void (object(at(all, place.at).props, "spec")["replicas"] = 3)),
      harmless(
        world,
        "one gateway may be away",
        (all) =>
          void all.push({
            type: "kubernetes:policy/v1:PodDisruptionBudget",
            name: "added",
            stack: "primary",
            props: {
              metadata: { name: "added", namespace: "cache" },
              spec: { maxUnavailable: 1, selector: { matchLabels: { "app.kubernetes.io/component": "gateway" } } },
            },
          }),
      ),
    );
  }
  return found;
}

function scheduleVariations(world: World): Mutant[] {
  const schedules = [
    "0 3 * * *",
    "*/30 * * * *",
    "15 */2 * * *",
    "0 0,8,16 * * *",
    "0 12 * * SUN-SAT",
    "*/15 * * * *",
    "0  */6  *  *  *",
  ];
  return places(world, "ConfigMap")
    .filter(({ resource }) => "site.json" in object(resource.props, "data"))
    .flatMap((place) =>
      schedules.map((cron) =>
        harmless(world, `snapshots at "${cron}"`, (all) =>
          rewrite(at(all, place.at), "site.json", (text) =>
            JSON.stringify({ ...(JSON.parse(text) as Props), snapshotCron: cron }),
          ),
        ),
      ),
    );
}

const actionsOf = (statement: Props): Json[] =>
  Array.isArray(statement["Action"]) ? statement["Action"] : [dig(statement, "Action")];

function storageVariations(world: World): Mutant[] {
  const found: Mutant[] = [];
  const edit = (kind: string, what: string, change: (props: Props) => void): void => {
    for (const place of places(world, kind))
      if (place.resource.type.startsWith("aws:"))
        found.push(harmless(world, `${place.resource.name}: ${what}`, (all) => change(at(all, place.at).props)));
  };
  const policy =
    (change: (statements: Props[]) => Json) =>
    (props: Props): void => {
      const document = JSON.parse(String(props["policy"])) as Props;
      document["Statement"] = change(array(document, "Statement").map((each) => object(each)));
      props["policy"] = JSON.stringify(document);
    };
  edit(
    "BucketServerSideEncryptionConfiguration",
    "a key of one's own",
    (props) =>
      void (props["rules"] = [
        { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "alias/snapshots" } },
      ]),
  );
  edit(
    "BucketPolicy",
    "everybody by account",
    policy((all) => all.map((each) => ({ ...each, Principal: { AWS: "*" } }))),
  );
  edit(
    "BucketPolicy",
    "a truth that is none",
    policy((all) => all.map((each) => ({ ...each, Condition: { Bool: { "aws:SecureTransport": false } } }))),
  );
  edit(
    "BucketPolicy",
    "one statement without a list",
    policy((all) => all[0] ?? null),
  );
  edit(
    "BucketPolicy",
    "actions in a list",
    policy((all) => all.map((each) => ({ ...each, Action: ["s3:*"] }))),
  );
  edit(
    "BucketPolicy",
    "a further denial",
    policy((all) => [...all, { Effect: "Deny", Principal: "*", Action: "s3:DeleteBucket", Resource: "*" }]),
  );
  edit(
    "BucketPolicy",
    "a document that is not text",
    (props) => void (props["policy"] = JSON.parse(String(props["policy"])) as Json),
  );
  edit(
    "RolePolicy",
    "a statement for each action",
    policy((all) => all.flatMap((each) => actionsOf(each).map((action) => ({ ...each, Action: action })))),
  );
  edit(
    "RolePolicy",
    "actions in capitals",
    policy((all) =>
      all.map((each) => ({ ...each, Action: actionsOf(each).map((action) => String(action).replace("s3:", "S3:")) })),
    ),
  );
  edit(
    "RolePolicy",
    "rights on a queue besides",
    policy((all) => [...all, { Effect: "Allow", Action: "sqs:SendMessage", Resource: "*" }]),
  );
  edit(
    "RolePolicy",
    "a denial besides",
    policy((all) => [
      ...all,
      { Effect: "Deny", Action: "s3:*", Resource: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } },
    ]),
  );
  return found;
}

/** Both sites are changed alike. */
function userVariations(world: World): Mutant[] {
  const holders = world.resources.flatMap((resource, place) =>
    resource.type.endsWith(":ConfigMap") && "site.json" in object(resource.props, "data") ? [place] : [],
  );
  if (holders.length === 0) return [];
  const edit = (what: string, change: (users: Props[]) => void): Mutant =>
    harmless(world, `users: ${what}`, (all) => {
      for (const place of holders) {
        rewrite(at(all, place), "site.json", (text) => {
          const site = JSON.parse(text) as Props;
          change(array(site, "users").map((user) => object(user)));
          return JSON.stringify(site);
        });
      }
    });
  const one = (name: string, what: string, change: (user: Props) => void): Mutant =>
    edit(`${name} ${what}`, (users) => users.filter((each) => dig(each, "name") === name).forEach(change));
  return [
    one("keycloak", "has a narrower pattern", (user) => void (user["keys"] = ["keycloak:sessions:*"])),
    one("keycloak", "has two patterns", (user) => void (user["keys"] = ["keycloak:a:*", "keycloak:b:*"])),
    one("keycloak", "has one key", (user) => void (user["keys"] = ["keycloak:lock"])),
    one("keycloak", "lacks a command more", (user) => array(user, "commands").push("-GET")),
    one(
      "keycloak",
      "writes its commands in small letters",
      (user) => void (user["commands"] = array(user, "commands").map((rule) => String(rule).toLowerCase())),
    ),
    one(
      "keycloak",
      "lists what it needs",
      (user) => void (user["commands"] = ["-@all", "+@read", "+@write", "+@connection", "-@dangerous"]),
    ),
    one("litellm", "listens to its own channel", (user) => void (user["channels"] = ["litellm:*"])),
  ];
}
