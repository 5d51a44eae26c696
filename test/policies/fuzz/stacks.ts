import type { RawResource } from "../../../policies/model/resource";
import { judgeAll } from "../mutants/run";
import { fuzzAclFile } from "./acl";
import type { Random } from "../random";

const WORDS = [
  "constructor",
  "__proto__",
  "hasOwnProperty",
  "toString",
  "",
  "*",
  "redis",
  "dragonfly",
  "valkey",
  "cache",
  "default",
  "s3://snapshots/x",
  "/etc/acl/users.acl",
  "/conf/redis.conf",
  "1e9",
  "0.5Gi",
  "128974848000m",
  "half",
  "$(NAME)",
  "$(constructor)",
  "arn:aws:s3:::acme-snap/*",
  "acme-snap",
  "arn:aws:iam::aws:policy/AmazonS3FullAccess",
  "false",
  "redis:7.4",
  "valkey/valkey:8",
  "dragonflydb/dragonfly:v1.40.1",
  "--aclfile=/etc/acl/users.acl",
  "--maxmemory",
  "0 * * * *",
  "--requirepass=$(NAME)",
  "--save",
  "--user",
  "app on >pw ~* +@all",
  "redis-server",
  "sh",
  "-c",
  "\u001b[2J",
  "é",
];
const KEYS = [
  "metadata",
  "name",
  "namespace",
  "labels",
  "spec",
  "template",
  "containers",
  "initContainers",
  "args",
  "command",
  "env",
  "envFrom",
  "value",
  "valueFrom",
  "secretKeyRef",
  "configMapKeyRef",
  "resourceFieldRef",
  "resource",
  "divisor",
  "key",
  "image",
  "volumeMounts",
  "mountPath",
  "subPath",
  "volumes",
  "secret",
  "secretName",
  "configMap",
  "projected",
  "sources",
  "items",
  "path",
  "data",
  "stringData",
  "users.acl",
  "redis.conf",
  "site.json",
  "resources",
  "limits",
  "memory",
  "cpu",
  "policy",
  "policyArn",
  "role",
  "bucket",
  "Statement",
  "Effect",
  "Action",
  "NotAction",
  "Resource",
  "Principal",
  "AWS",
  "Condition",
  "Bool",
  "aws:SecureTransport",
  "inlinePolicies",
  "managedPolicyArns",
  "aclFromSecret",
  "authentication",
  "passwordFromSecret",
  "snapshot",
  "cron",
  "dir",
  "securityContext",
  "constructor",
  "__proto__",
  "values",
  "chart",
];
const TYPES = [
  "kubernetes:apps/v1:StatefulSet",
  "kubernetes:apps/v1:Deployment",
  "kubernetes:core/v1:Secret",
  "kubernetes:core/v1:ConfigMap",
  "kubernetes:core/v1:Pod",
  "kubernetes:dragonflydb.io/v1alpha1:Dragonfly",
  "kubernetes:helm.sh/v3:Release",
  "kubernetes:v1:constructor",
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:iam/role:Role",
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws-native:s3:Bucket",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "random:index/randomPassword:RandomPassword",
  "pulumi:pulumi:Stack",
];
const DEEPEST = 7;

/** Any value at all, shaped by the keys that rules ask for. */
function value(random: Random, depth = 0): unknown {
  const kind = random.below(depth > DEEPEST ? 4 : 10);
  if (kind < 3) return random.pick(WORDS);
  if (kind === 3) return random.pick([null, true, false, 0, -1, 1e300, 0.5]);
  if (kind < 6) return Array.from({ length: random.below(4) }, () => value(random, depth + 1));
  return Object.fromEntries(
    Array.from({ length: random.below(5) }, () => [random.pick(KEYS), value(random, depth + 1)]),
  );
}

/** A server whose parts are whole but for some that are not. */
function server(random: Random): unknown {
  const maybe = (whole: unknown): unknown => (random.oneIn(6) ? value(random) : whole);
  const args = Array.from({ length: random.below(5) }, () => random.pick(WORDS));
  const body = {
    name: "redis",
    image: random.pick(WORDS),
    args: maybe(args),
    env: value(random),
    resources: value(random),
  };
  const mounts = [
    { name: "v", mountPath: "/etc/acl" },
    { name: "v", mountPath: "/conf" },
  ];
  const volumes = [{ name: "v", secret: { secretName: "acl" } }];
  const pods = { containers: maybe([{ ...body, volumeMounts: maybe(mounts) }]), volumes: maybe(volumes) };
  return { metadata: { name: "df", namespace: "cache" }, spec: maybe({ template: maybe({ spec: pods }) }) };
}

/** Judges a random stack by every rule. @throws whatever a rule throws: a bug. */
export function fuzzStack(random: Random): void {
  const resources = Array.from({ length: 1 + random.below(6) }, (_, i): RawResource => {
    const type = random.pick(TYPES);
    const isWorkload = type.startsWith("kubernetes:apps/");
    return {
      type,
      name: random.pick(["df", "acl", "constructor", `r${i}`]),
      stack: "s",
      props: isWorkload ? server(random) : value(random),
    };
  });
  judgeAll(resources);
}

/** One case of every kind in turn. */
export function fuzz(random: Random, at: number): void {
  if (at % 10 === 0) fuzzStack(random);
  else fuzzAclFile(random);
}
