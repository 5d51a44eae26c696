import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  type Dashboard,
  type GridPos,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Watched } from "./alerts";
import { rows, type Panel, type Query } from "./panels";

const DATASOURCE = { type: "prometheus", uid: "${datasource}" };

const target = ({ expr, legend }: Query): DataqueryBuilder =>
  new DataqueryBuilder().expr(expr).legendFormat(legend).datasource(DATASOURCE);

const SIZE = { state: { w: 6, h: 4 }, lines: { w: 8, h: 8 } } as const;
const COLUMNS = 24;

/** Where the panels of one row go, below `top`: panels of one kind side by side, another kind on a line of its own. */
export function places(panels: readonly Panel[], top: number): { readonly places: GridPos[]; readonly bottom: number } {
  const found: GridPos[] = [];
  let [x, y, height]: [number, number, number] = [0, top, 0];
  for (const { kind } of panels) {
    const { w, h } = SIZE[kind];
    if (x + w > COLUMNS || (height !== 0 && height !== h)) [x, y] = [0, y + height];
    found.push({ x, y, w, h });
    [x, height] = [x + w, h];
  }
  return { places: found, bottom: y + height };
}

function built(panel: Panel, place: GridPos): StatBuilder | TimeseriesBuilder {
  const builder = panel.kind === "state" ? new StatBuilder() : new TimeseriesBuilder().lineWidth(1).fillOpacity(10);
  builder.title(panel.title).unit(panel.unit).datasource(DATASOURCE).gridPos(place);
  if (panel.description !== undefined) builder.description(panel.description);
  for (const query of panel.queries) builder.withTarget(target(query));
  return builder;
}

/** The dashboard as Grafana's sidecar loads it from a ConfigMap. Its `uid` stays, so that an update replaces it. */
export function dashboard(watched: Watched, namespace: string): Dashboard {
  const builder = new DashboardBuilder("Dragonfly in two regions")
    .uid(`dragonfly-dr-${namespace}`)
    .tags(["dragonfly", "disaster-recovery"])
    .refresh("30s")
    .time({ from: "now-3h", to: "now" })
    .withVariable(new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"))
    .withVariable(
      new QueryVariableBuilder("namespace")
        .label("Namespace")
        .datasource(DATASOURCE)
        .query("label_values(dragonfly_dr_serving, namespace)")
        .includeAll(true)
        .multi(true)
        .allValue(".*"),
    );
  let top = 0;
  for (const row of rows(watched)) {
    builder.withRow(new RowBuilder(row.title).gridPos({ x: 0, y: top, w: COLUMNS, h: 1 }));
    const { places: at, bottom } = places(row.panels, top + 1);
    row.panels.forEach((panel, index) => {
      const place = at[index];
      if (place !== undefined) builder.withPanel(built(panel, place));
    });
    top = bottom;
  }
  return builder.build();
}
