import Ajv from "ajv";
import assert from "node:assert/strict";
import { Project } from "./project";
import { sarifSchema } from "./sarifSchema";

interface Json {
  readonly violations: readonly {
    readonly policy: string;
    readonly level: string;
    readonly resource: string;
    readonly stack: string;
    readonly message: string;
    readonly remedy: string;
    readonly file?: string;
    readonly line?: number;
  }[];
  readonly notJudged: readonly unknown[];
  readonly exempted: readonly unknown[];
}
interface Sarif {
  readonly runs: readonly [
    {
      readonly results: readonly {
        readonly ruleId: string;
        readonly suppressions?: readonly unknown[];
        readonly locations: readonly [
          {
            readonly physicalLocation?: {
              readonly artifactLocation: { readonly uri: string };
              readonly region: { readonly startLine: number };
            };
          },
        ];
      }[];
    },
  ];
}

const valid = new Ajv({ allErrors: true, strict: true }).compile(sarifSchema);
const LITELLM = "    - name: litellm\n      keys: [litellm:*]\n      commands: [+@all, -@dangerous, +INFO]\n";
const HEIMDALL = `    - name: heimdall
      keys: ["heimdall:dns:cache:*"]
      channels: ["heimdall:dns:cache:invalidate"]
      commands: [-@all, +AUTH, +GET, +SET, +DEL, +PUBLISH, +SUBSCRIBE]
`;
const USERS =
  `  dragonfly-dr:users:\n    - name: shop\n      keys: [shop:*]\n      commands: [+@all]\n` + `${LITELLM}${HEIMDALL}`;

describe("dragonfly-dr check", function () {
  this.timeout(180_000);
  let project: Project;
  beforeEach(() => void (project = new Project()));
  afterEach(() => project.remove());

  it("accepts this project's own stacks, with code 0 and nothing left unjudged", async () => {
    const { code, json, text } = await project.check();
    const { violations, notJudged } = json as Json;
    assert.deepEqual([code, violations, notJudged], [0, [], []]);
    assert.match(text, /resources of stacks dr, primary: 0 mandatory, 0 advisory, 0 not judged, \d+ exempted\n$/);
  });

  it("names the line of the key that is at fault, in every format", async () => {
    for (const file of ["Pulumi.primary.yaml", "Pulumi.dr.yaml"]) project.write(file, project.read(file) + USERS);
    const line = project.lineOf("Pulumi.primary.yaml", "commands: [+@all]");
    const { code, json, text } = await project.check();
    assert.equal(code, 1);
    const own = (json as Json).violations.filter(
      ({ policy, stack }) => policy === "acl-dangerous-commands" && stack === "primary",
    );
    assert.deepEqual(
      own.map(({ level, resource, file, line: at }) => ({ level, resource, file, at })),
      [
        { level: "mandatory", resource: "ConfigMap cache-server-site", file: "Pulumi.primary.yaml", at: line },
        { level: "mandatory", resource: "Secret cache-server-acl", file: "Pulumi.primary.yaml", at: line },
      ].filter((each) => own.some(({ resource }) => resource === each.resource)),
    );
    assert.ok(own.length > 0);
    assert.match(text, new RegExp(`\\[Pulumi\\.primary\\.yaml:${line}\\]`));

    const sarif = JSON.parse((await project.check({ format: "sarif" })).text) as Sarif;
    const places = sarif.runs[0].results
      .filter(({ ruleId }) => ruleId === "acl-dangerous-commands")
      .map(
        ({ locations: [{ physicalLocation }] }) =>
          `${physicalLocation?.artifactLocation.uri}:${physicalLocation?.region.startLine}`,
      );
    assert.ok(places.includes(`Pulumi.primary.yaml:${line}`), places.join(", "));

    const markdown = (await project.check({ format: "markdown" })).text;
    assert.match(markdown, /^### ❌ The policies refuse this change$/m);
    assert.match(
      markdown,
      new RegExp(
        `\\| mandatory \\| \\[acl-dangerous-commands\\]\\(https://\\S+\\) \\| primary ` +
          `\\|.*\`Pulumi\\.primary\\.yaml:${line}\``,
      ),
    );
  });

  it("points at the nearest key that is there where the key itself is left out", async () => {
    project.edit("Pulumi.dr.yaml", "maxmemory: 512mb", "maxmemory: 500mb");
    project.edit("Pulumi.dr.yaml", "    threads: 2\n", "    threads: 1\n");
    const { json } = await project.check();
    const { violations } = json as Json;
    const lines = violations
      .filter(({ policy }) => ["dr-memory", "dr-threads"].includes(policy))
      .map(({ policy, file, line }) => `${policy} ${file}:${line}`);
    // The judgement of a pair lies with the second of them by name: the primary's.
    assert.deepEqual(lines.sort(), [
      `dr-memory Pulumi.dr.yaml:${project.lineOf("Pulumi.dr.yaml", "maxmemory")}`,
      `dr-threads Pulumi.primary.yaml:${project.lineOf("Pulumi.primary.yaml", "threads")}`,
    ]);
  });

  it("writes SARIF by the schema, with exemptions as suppressions and gaps as notifications", async () => {
    const everything = project.write(
      "policies.json",
      JSON.stringify({
        "acl-key-patterns": { exemptions: [] },
        "server-cron": "disabled",
        "server-memory": { enforcementLevel: "advisory", share: 0.2 },
      }),
    );
    for (const options of [{}, { policyConfig: everything }, { stacks: ["dr"] }]) {
      const log: unknown = JSON.parse((await project.check({ format: "sarif", ...options })).text);
      assert.ok(valid(log), JSON.stringify(valid.errors?.slice(0, 3)));
      const { results } = (log as Sarif).runs[0];
      assert.ok(results.some(({ suppressions }) => suppressions !== undefined));
    }
    // The schema can refuse.
    assert.equal(
      valid({ version: "2.1.0", runs: [{ tool: { driver: { name: "x" } }, results: [{ ruleId: "x" }] }] }),
      false,
    );
  });

  it("judges a given list of resources as it judges what it renders", async () => {
    const { renderStackFile } = await import("../../../stacks/render.js");
    const rendered = (await Promise.all([renderStackFile(project.path("Pulumi.primary.yaml"))])).flatMap(
      ({ resources }) => resources,
    );
    const file = project.write("resources.json", JSON.stringify(rendered));
    const { code, json } = await project.check({ resources: file });
    assert.equal(code, 0);
    assert.ok((json as Json).notJudged.length > 0, "what both sites must agree on is not judged with one alone");
  });

  it("lets a configuration lower a level, and a mandatory one alone ends with code 1", async () => {
    for (const file of ["Pulumi.primary.yaml", "Pulumi.dr.yaml"]) project.write(file, project.read(file) + USERS);
    const advisory = project.write("policies.json", JSON.stringify({ all: "advisory" }));
    const { code, json } = await project.check({ policyConfig: advisory });
    assert.equal(code, 0);
    assert.ok(
      (json as Json).violations.length > 0 && (json as Json).violations.every(({ level }) => level === "advisory"),
    );
  });

  it("writes names of users so that they cannot mark up or call anybody in a comment", async () => {
    const { json } = await project.check();
    assert.ok(json !== undefined);
    project.write(
      "resources.json",
      JSON.stringify([
        {
          type: "kubernetes:apps/v1:StatefulSet",
          name: "x|y <img> @team `z`",
          stack: "s",
          props: {
            metadata: { name: "x" },
            spec: { template: { spec: { containers: [{ name: "server", image: "redis:7" }] } } },
          },
        },
      ]),
    );
    const { text } = await project.check({ resources: project.path("resources.json"), format: "markdown" });
    assert.doesNotMatch(text, /<img>|[^\u200b\w]@team|[^\\]\|y/);
  });
});
