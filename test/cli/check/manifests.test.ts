import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { check, type CheckOptions } from "../../../cli/commands/check";
import { CommandFailure } from "../../../cli/failure";
import { TODAY } from "./project";

const REDIS = `apiVersion: apps/v1
kind: Deployment
metadata: {name: redis, namespace: cache}
spec:
  template:
    metadata: {labels: {app: redis}}
    spec:
      containers:
        - name: redis
          image: "redis:7"
          args: [--aclfile, /acl/users.acl]
          volumeMounts: [{name: acl, mountPath: /acl}]
      volumes: [{name: acl, secret: {secretName: acl}}]
`;

interface Read {
  readonly recognised: { readonly caches: Readonly<Record<string, number>>; readonly policies: number };
  readonly profile: string;
  readonly violations: readonly { policy: string; message: string; remedy: string; file: string; line: number }[];
  readonly notJudged: readonly { policy: string; message: string }[];
}

describe("dragonfly-dr check --manifests", () => {
  let folder = "";
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "manifests-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(name: string, text: string): void {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }

  const run = (more: Partial<CheckOptions> = {}) =>
    check({
      stacks: null,
      configFiles: [],
      resources: null,
      manifests: folder,
      profile: "auto",
      allowEmpty: false,
      policyConfig: null,
      format: "text",
      cwd: folder,
      today: TODAY,
      ...more,
    });
  const read = async (more: Partial<CheckOptions> = {}): Promise<Read> => (await run(more)).json as Read;
  async function problems(): Promise<readonly string[]> {
    try {
      await run();
    } catch (error) {
      if (error instanceof CommandFailure) return error.problems;
      throw error;
    }
    return [];
  }

  it("says first what it recognised, and names file and line of each finding", async () => {
    write("apps/redis.yaml", `---\n# a comment\n---\n${REDIS}`);
    const { text, code } = await run();
    assert.equal(code, 1);
    assert.equal(text.split("\n")[0], "recognised: 1 cache (1 Redis or Valkey), 0 network policies");
    const { violations } = await read();
    assert.ok(violations.length > 0);
    for (const { file, line } of violations) assert.deepEqual([file, line], ["apps/redis.yaml", 4]);
  });

  it("reads lists, several documents, CRLF and a byte order mark", async () => {
    const item = REDIS.split("\n")
      .map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`))
      .join("\n");
    write(
      "a.yaml",
      [
        `\uFEFFapiVersion: v1\nkind: List\nitems:\n${item}`,
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: cache}\n",
      ]
        .join("\n---\n")
        .replaceAll("\n", "\r\n"),
    );
    const { recognised, violations } = await read();
    assert.deepEqual(recognised.caches, { dragonfly: 0, redis: 1, unread: 0 });
    assert.ok(violations.some(({ line }) => line === 4));
    assert.ok(
      violations.some(({ policy, message }) => policy === "server-pod-security" && message.startsWith("Namespace")),
    );
  });

  it("takes sealed, external and encrypted Secrets for unknown, and raises no alarm about them", async () => {
    const secrets = [
      "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: acl, namespace: cache}\nspec: " +
        "{encryptedData: {users.acl: AgBy}}\n",
      "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: x, namespace: cache}\nspec: " +
        "{target: {name: acl}, data: [{secretKey: users.acl, remoteRef: {key: k}}]}\n",
      "apiVersion: v1\nkind: Secret\nmetadata: {name: acl, namespace: cache}\nstringData: {users.acl: " +
        "'ENC[AES256_GCM,data:x]'}\nsops: {version: 3.9.0}\n",
    ];
    for (const secret of secrets) {
      write("all.yaml", `${REDIS}---\n${secret}`);
      const { violations, notJudged } = await read();
      assert.deepEqual(
        violations.filter(({ policy }) => policy.startsWith("acl-")),
        [],
        secret,
      );
      assert.ok(notJudged.some(({ policy, message }) => policy === "acl-grammar" && message.includes("not known yet")));
    }
  });

  it("follows Flux as far as the values say", async () => {
    const release = (rest: string): string =>
      `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: dragonfly, namespace: ` +
      `cache}\nspec: {chart: {spec: {chart: dragonfly}}, ${rest}}\n`;
    write("r.yaml", release("values: {extraArgs: []}"));
    const known = await read();
    assert.deepEqual(known.recognised.caches, { dragonfly: 1, redis: 0, unread: 0 });
    assert.ok(known.violations.some(({ policy }) => policy === "acl-default-user"));
    write("r.yaml", release("values: {}, valuesFrom: [{kind: Secret, name: v}]"));
    const unknown = await read();
    assert.deepEqual([unknown.recognised.caches["unread"], unknown.violations], [1, []]);
    assert.ok(unknown.notJudged.every(({ message }) => message.includes("values are elsewhere")));
  });

  it("gives one finding for one container, and no word of this program's own in the profile generic", async () => {
    write("redis.yaml", REDIS);
    const { violations, profile } = await read();
    assert.equal(profile, "generic");
    assert.equal(violations.filter(({ policy }) => policy === "server-pod-security").length, 1);
    const own =
      /dragonfly-dr|site\.json|Pulumi\.\w+\.yaml|\b(network|gateway|server|snapshots|resolver)\.[a-z]+[A-Z.]?\w*\b/;
    for (const { message, remedy } of violations) assert.doesNotMatch(`${message} ${remedy}`, own);
  });

  it("does not take nothing for nothing wrong", async () => {
    write("values.yaml", "replicas: 1\n");
    const { code, text } = await run();
    assert.equal(code, 2);
    assert.match(text, /^recognised: no cache found, 0 network policies, 1 document of other kinds left out\n/);
    assert.equal((await run({ allowEmpty: true })).code, 0);
  });

  it("names file, line and remedy of what is no YAML, all at once, and repeats nothing of it", async () => {
    write("a.yaml", "password: [hunter2\n");
    write("b.yaml", "a: 1\nb: {{ .Values.password }}\n");
    write(
      "c.yaml",
      `a: &a [x]\n${"b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n".repeat(1)}c: &c ` +
        `[*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d]\n`,
    );
    write("d.yaml", "a: *nowhere\n");
    const found = await problems();
    assert.match(found[0] ?? "", /^a\.yaml: not YAML at line 2, column 1; correct it there$/);
    assert.match(found[1] ?? "", /^b\.yaml: not YAML at line 2, .*helm template CHART/);
    assert.match(found[2] ?? "", /^c\.yaml: not YAML in the document at line 1: an alias/);
    assert.match(found[3] ?? "", /^d\.yaml: not YAML/);
    assert.ok(found.every((each) => !each.includes("hunter2")));
  });

  it("does not follow links in circles, and names a path that is not there", async () => {
    write("redis.yaml", REDIS);
    symlinkSync(folder, join(folder, "again"));
    assert.equal((await read()).recognised.caches["redis"], 1);
    rmSync(folder, { recursive: true });
    assert.match((await problems())[0] ?? "", /cannot be read \(ENOENT\); give a file, a folder, or -/);
  });

  it("writes out what would move a terminal's cursor", async () => {
    write("redis.yaml", REDIS.replace("name: redis, namespace", 'name: "re\\e[2Jdis", namespace'));
    const { text } = await run();
    assert.ok(text.includes("re\\u001b[2Jdis"));
    assert.ok(!text.includes("\u001b"));
  });
});
