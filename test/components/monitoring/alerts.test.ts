import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { allAlerts, ruleGroups } from "../../../components/monitoring/alerts";
import { alertCases, type AlertCase } from "./alertCases";
import { promtool } from "./promtool";

const EVERYTHING = { peers: true, snapshots: true, resolver: true };
const RUNBOOK = "https://example.com/runbook.md";

const unitTest = ({ alert, at, ...series }: AlertCase, which: "fires" | "quiet"): object => ({
  interval: "15s",
  input_series: Object.entries(series[which]).map(([name, values]) => ({ series: name, values })),
  promql_expr_test: [
    {
      expr: `count(ALERTS{alertname="${alert}",alertstate="firing"})`,
      eval_time: at,
      exp_samples: which === "fires" ? [{ labels: "{}", value: 1 }] : [],
    },
  ],
});

describe("alerts", function () {
  this.timeout(300_000);
  let folder = "";
  let tool: Awaited<ReturnType<typeof promtool>>;
  before(async () => {
    tool = await promtool();
    folder = mkdtempSync(join(tmpdir(), "alerts-"));
    writeFileSync(join(folder, "rules.yaml"), stringify({ groups: ruleGroups(EVERYTHING, RUNBOOK) }));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("are rules that Prometheus takes", () => {
    const { status, output } = tool("check", "rules", join(folder, "rules.yaml"));
    assert.equal(status, 0, output);
    assert.match(output, new RegExp(`SUCCESS: ${allAlerts.length} rules found`));
  });

  it("fire in trouble and stay quiet without, each with a case of both kinds", () => {
    assert.deepEqual(
      [...new Set(alertCases.map(({ alert }) => alert))].sort(),
      allAlerts.map(({ name }) => name).sort(),
    );
    const tests = alertCases.flatMap((each) => [unitTest(each, "fires"), unitTest(each, "quiet")]);
    const file = join(folder, "tests.yaml");
    writeFileSync(file, stringify({ rule_files: ["rules.yaml"], evaluation_interval: "15s", tests }));
    const { status, output } = tool("test", "rules", file);
    assert.equal(status, 0, output);
  });

  it("would not pass with a threshold that is another", () => {
    const rules = readFileSync(join(folder, "rules.yaml"), "utf8").replace("> 1000", "> 1001");
    writeFileSync(join(folder, "wrong.yaml"), rules);
    const tests = alertCases
      .filter(({ alert }) => alert === "DragonflyConnectionsHigh")
      .map((c) => unitTest(c, "fires"));
    const file = join(folder, "wrong-tests.yaml");
    writeFileSync(file, stringify({ rule_files: ["wrong.yaml"], evaluation_interval: "15s", tests }));
    assert.notEqual(tool("test", "rules", file).status, 0);
  });

  it("are those of what a site has", () => {
    const names = (watched: typeof EVERYTHING): string[] =>
      ruleGroups(watched, RUNBOOK).flatMap(({ rules }) => rules.map(({ alert }) => alert));
    const alone = names({ peers: false, snapshots: false, resolver: false });
    assert.ok(alone.includes("DragonflyDown") && !alone.includes("DragonflyLinkDown"));
    assert.ok(!alone.some((name) => name.startsWith("Resolver") || name.includes("Snapshot")));
    assert.equal(names(EVERYTHING).length, allAlerts.length);
  });

  it("carry the five that the project promised from the start", () => {
    for (const name of [
      "DragonflyDown",
      "DragonflyMemoryHigh",
      "DragonflyConnectionsHigh",
      "DragonflyReplicationLag",
      "DragonflyEvictionsHigh",
    ])
      assert.ok(
        allAlerts.some((alert) => alert.name === name),
        name,
      );
  });

  it("have a section of the runbook each, and the runbook has no other", () => {
    const runbook = readFileSync(join(__dirname, "../../../docs/runbook.md"), "utf8");
    const sections = [...runbook.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    assert.deepEqual(sections.sort(), allAlerts.map(({ name }) => name).sort());
    for (const { name, expr } of allAlerts) {
      const section = runbook.slice(runbook.indexOf(`### ${name}\n`)).split(/\n##/)[0] ?? "";
      assert.ok(section.replace(/\s+/g, " ").includes(expr.replace(/\s+/g, " ")), `${name}: the runbook shows ${expr}`);
    }
  });
});
