import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { podMonitors } from "../../../components/monitoring/podMonitors";
import { ruleGroups } from "../../../components/monitoring/alerts";
import { prometheusConfiguration, ruleFile, shortened, targetsOf } from "../../../lab/monitoring/configuration";
import { promtool } from "../../components/monitoring/promtool";

describe("the Prometheus beside a cluster of the lab", function () {
  this.timeout(300_000);

  for (const [duration, divisor, expected] of [
    ["0s", 6, "0s"],
    ["5s", 6, "1s"],
    ["5m", 6, "50s"],
    ["1h", 6, "600s"],
  ] as const)
    it(`waits ${expected} where a deployed rule waits ${duration}`, () =>
      assert.equal(shortened(duration, divisor), expected));

  it("gets a configuration from the deployed PodMonitors and rules that Prometheus takes", async () => {
    const tool = await promtool();
    const folder = mkdtempSync(join(tmpdir(), "prometheus-"));
    const path = (name: string): string => join(folder, name);
    const monitors = podMonitors("cache", { peers: true, resolverNamespace: "dns" }).map(
      ({ name, namespace, spec }) => ({ metadata: { name, namespace }, spec }),
    );
    const groups = ruleGroups({ peers: true, snapshots: true, resolver: true }, "https://example.com/runbook.md");
    writeFileSync(path("rules.yaml"), stringify(ruleFile([{ spec: { groups } }], 6)));
    writeFileSync(
      path("prometheus.yaml"),
      stringify(prometheusConfiguration(monitors, { folder, rules: path("rules.yaml"), seconds: 2 })),
    );
    const { status, output } = tool("check", "config", path("prometheus.yaml"));
    rmSync(folder, { recursive: true, force: true });
    assert.equal(status, 0, output);
    assert.match(output, /SUCCESS: \d+ rules found/);
  });

  it("reads each pod that a PodMonitor selects, at the port of that name", () => {
    const [server] = podMonitors("cache", { peers: true, resolverNamespace: null }).map(
      ({ name, namespace, spec }) => ({
        metadata: { name, namespace },
        spec,
      }),
    );
    assert.ok(server !== undefined);
    const pod = (name: string, labels: Readonly<Record<string, string>>, phase = "Running", namespace = "cache") => ({
      metadata: { name, namespace, labels },
      spec: {
        containers: [{ name: "guard", ports: [{ name: "metrics", containerPort: 9999 }, { containerPort: 1 }] }],
      },
      status: { podIP: "10.0.0.7", phase },
    });
    const labels = server.spec.selector.matchLabels;
    const pods = [
      pod("dragonfly-0", { ...labels, more: "x" }),
      pod("other", { ...labels, "app.kubernetes.io/component": "gateway" }),
      pod("ended", labels, "Failed"),
      pod("elsewhere", labels, "Running", "default"),
    ];
    assert.deepEqual(targetsOf(server, "metrics", pods), [
      {
        targets: ["10.0.0.7:9999"],
        labels: { job: "cache/dragonfly-server", namespace: "cache", pod: "dragonfly-0", container: "guard" },
      },
    ]);
  });
});
