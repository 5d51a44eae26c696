import assert from "node:assert/strict";
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { dashboard } from "../../../components/monitoring/dashboard";
import { rows } from "../../../components/monitoring/panels";
import { promtool } from "./promtool";

const EVERYTHING = { peers: true, snapshots: true, resolver: true };
const panels = rows(EVERYTHING).flatMap((row) => row.panels);

describe("the dashboard", () => {
  it("has the rows of what a site has", () => {
    const titles = (watched: typeof EVERYTHING): string[] =>
      (dashboard(watched, "cache").panels ?? []).flatMap((panel) => ("collapsed" in panel ? [panel.title ?? ""] : []));
    assert.deepEqual(titles(EVERYTHING), [
      "Sites and roles",
      "Replication and link",
      "Memory, clients and commands",
      "Gateway",
      "Snapshots and drills",
      "Resolver",
    ]);
    assert.equal(titles({ peers: true, snapshots: false, resolver: false }).length, 4);
  });

  it("asks the data source that its reader chooses, in every panel", () => {
    const text = JSON.stringify(dashboard(EVERYTHING, "cache"));
    assert.equal(text.match(/"targets":/g)?.length, panels.length);
    const queries = panels.flatMap((panel) => panel.queries);
    // And the variable that lists the namespaces.
    assert.equal(text.match(/"uid":"\$\{datasource\}"/g)?.length, panels.length + queries.length + 1);
  });

  it("lays no panel over another", () => {
    const areas = (dashboard(EVERYTHING, "cache").panels ?? []).flatMap(({ gridPos }) => (gridPos ? [gridPos] : []));
    const cells = areas.flatMap(({ x, y, w, h }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    assert.equal(new Set(cells).size, cells.length);
    assert.ok(areas.every(({ x, w }) => x + w <= 24));
  });

  it("has queries that Prometheus parses", async function () {
    this.timeout(300_000);
    const tool = await promtool();
    const folder = mkdtempSync(join(tmpdir(), "dashboard-"));
    const expressions = panels.flatMap(({ queries }) => queries.map(({ expr }) => expr));
    const rules = expressions.map((expr, at) => ({
      record: `panel:${at}`,
      expr: expr.replaceAll("$__rate_interval", "1m").replaceAll("$namespace", ".*"),
    }));
    writeFileSync(join(folder, "panels.yaml"), stringify({ groups: [{ name: "panels", rules }] }));
    const { status, output } = tool("check", "rules", join(folder, "panels.yaml"));
    rmSync(folder, { recursive: true, force: true });
    assert.equal(status, 0, output);
  });
});
