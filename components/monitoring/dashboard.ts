import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  type Dashboard,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Watched } from "./alerts";
import { rows, type Panel, type Query } from "./panels";

const DATASOURCE = { type: "prometheus", uid: "${datasource}" };

const target = ({ expr, legend }: Query): DataqueryBuilder =>
  new DataqueryBuilder().expr(expr).legendFormat(legend).datasource(DATASOURCE);

function built(panel: Panel): StatBuilder | TimeseriesBuilder {
  const builder =
    panel.kind === "state"
      ? new StatBuilder().height(4).span(6)
      : new TimeseriesBuilder().height(8).span(8).lineWidth(1).fillOpacity(10);
  builder.title(panel.title).unit(panel.unit).datasource(DATASOURCE);
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
  for (const row of rows(watched)) {
    builder.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(built(panel));
  }
  return builder.build();
}
