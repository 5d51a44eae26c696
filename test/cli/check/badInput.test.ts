import assert from "node:assert/strict";
import { Project } from "./project";

describe("dragonfly-dr check, on bad input", function () {
  this.timeout(180_000);
  let project: Project;
  beforeEach(() => void (project = new Project()));
  afterEach(() => project.remove());

  it("names unknown stacks and a missing configuration all at once, and what there is", async () => {
    assert.deepEqual(
      await project.problems({ stacks: ["nope", "dr", "also"], policyConfig: project.path("none.json") }),
      [
        "none.json: there is no such file; give the configuration of the policies with --policy-config",
        "stack nope: there is no file Pulumi.nope.yaml; name one of dr, primary, or give --config-file",
        "stack also: there is no file Pulumi.also.yaml; name one of dr, primary, or give --config-file",
      ],
    );
  });

  it("wants each stack once, and a file for each", async () => {
    assert.deepEqual(await project.problems({ stacks: ["dr", "dr"] }), ["stack dr: given twice; name each once"]);
    assert.deepEqual(
      await project.problems({ stacks: ["dr", "primary"], configFiles: [project.path("Pulumi.dr.yaml")] }),
      ["--config-file: 1 for 2 stacks; give one for each, in their order"],
    );
    assert.deepEqual(await project.problems({ configFiles: [project.path("Pulumi.x.yaml")] }), [
      "Pulumi.x.yaml: there is no such file; give the configuration of stack x with --config-file",
    ]);
    assert.deepEqual(await project.problems({ resources: "x", stacks: ["dr"] }), [
      "--resources: judges what it names as it is; leave out --stack and --config-file",
    ]);
  });

  it("names every key of every stack's file that is wrong, and where a file is no YAML", async () => {
    project.edit("Pulumi.primary.yaml", "threads: 2", "threads: many");
    project.edit("Pulumi.dr.yaml", "threads: 2", "threads: 0");
    const problems = await project.problems({});
    assert.equal(problems.length, 2);
    for (const [i, file] of ["Pulumi.dr.yaml", "Pulumi.primary.yaml"].entries())
      assert.match(problems[i] ?? "", new RegExp(`^${file}: \\S*server\\.threads: .+; .+`));
    project.write("Pulumi.dr.yaml", "config:\n  dragonfly-dr:token: [hunter2\n");
    const [broken] = await project.problems({ stacks: ["dr"] });
    assert.match(broken ?? "", /^Pulumi\.dr\.yaml: not YAML at line \d+, column \d+; correct it there$/);
  });

  it("says where a resource file is no JSON, without a word of it", async () => {
    const file = project.write("resources.json", '[{"type": "x",\n  "password": hunter2}]');
    assert.deepEqual(await project.problems({ resources: file }), [
      'resources.json: not JSON at line 2, column 15; give a file that "dragonfly-dr render" wrote',
    ]);
    assert.deepEqual(await project.problems({ resources: project.path("none.json") }), [
      'none.json: cannot be read (ENOENT); give a file that "dragonfly-dr render" wrote',
    ]);
    assert.deepEqual(await project.problems({ resources: project.folder }).then((all) => all.length), 1);
  });

  it("names every entry of another shape", async () => {
    const file = project.write(
      "resources.json",
      JSON.stringify([
        { type: "a:b:C", name: "x", stack: "s", props: {} },
        7,
        { type: "", props: [], name: "x" },
        { type: "t", name: "n", stack: "s", props: {}, secrets: [1] },
      ]),
    );
    assert.deepEqual(await project.problems({ resources: file }), [
      "resources.json: [1]: not an object; write {type, name, props, stack}",
      "resources.json: [2].type: not a text; write the resource's type",
      "resources.json: [2].stack: not a text; write the resource's stack",
      "resources.json: [2].props: not an object; write the resource's properties",
      "resources.json: [3].secrets: not a list of paths; leave it out",
    ]);
    const whole = project.write("resources.json", "{}");
    assert.deepEqual(await project.problems({ resources: whole }), [
      'resources.json: not a list; write an array of {type, name, props, stack}, as "dragonfly-dr render" does',
    ]);
  });

  it("names an ACL line that does not parse by line, word and reason", async () => {
    const resources = [
      {
        type: "kubernetes:core/v1:Secret",
        name: "acl",
        stack: "s",
        props: {
          metadata: { name: "acl" },
          stringData: { "users.acl": "USER default OFF -@all +AUTH +HELLO\nUSER shop ON >pw1 ~shop:* +@nonsense\n" },
        },
      },
      {
        type: "kubernetes:dragonflydb.io/v1alpha1:Dragonfly",
        name: "df",
        stack: "s",
        props: { metadata: { name: "df" }, spec: { aclFromSecret: { name: "acl", key: "users.acl" } } },
      },
    ];
    const { code, text } = await project.check({
      resources: project.write("resources.json", JSON.stringify(resources)),
    });
    assert.equal(code, 1);
    assert.match(
      text,
      /acl-grammar \(critical\)\n {2}s: Secret acl \(line 2\): line 2, word 6: Dragonfly has no such category/,
    );
  });

  it("refuses a policy configuration with an unknown key, policy, level or form, all at once", async () => {
    const file = project.write(
      "policies.json",
      JSON.stringify({
        "no-such": "advisory",
        "server-cron": { enforcementLevel: "strict", minMinutes: "5", hours: 1 },
        "acl-key-patterns": { exemptions: [{ reason: "short" }] },
        all: "mandatory",
      }),
    );
    const problems = await project.problems({ policyConfig: file });
    for (const part of [
      'there is no policy "no-such"',
      "server-cron: its level is none of",
      "server-cron.minMinutes: not an integer",
      'server-cron: unknown key "hours"',
      "reason: shorter than 10",
      "expires is missing",
    ]) {
      assert.ok(
        problems.some((problem) => problem.includes(part)),
        `${part}\n${problems.join("\n")}`,
      );
    }
    assert.deepEqual(
      await project
        .problems({ policyConfig: project.write("policies.json", "[") })
        .then(([first]) => first?.startsWith("policies.json: not JSON at line 1, column 2; write {")),
      true,
    );
  });

  it("ends with code 2 on an exemption that has expired, and judges what it excused again", async () => {
    const { code, text, json } = await project.check({ today: "2030-01-01" });
    assert.equal(code, 2);
    assert.match(
      text,
      new RegExp(
        "^expired: acl-key-patterns: the exemption of user langfuse expired on 2027-12-31; " +
          "mend what it excused, or give it a new date$",
        "m",
      ),
    );
    assert.ok(
      (json as { violations: readonly { policy: string }[] }).violations.some(
        ({ policy }) => policy === "acl-key-patterns",
      ),
    );
  });
});
