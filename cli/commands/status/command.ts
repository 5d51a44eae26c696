import { command } from "../../command/definition";
import { flag, milliseconds, type OptionsOf } from "../../command/options";

const options = {
  cached: flag("--cached", "do not ask Pulumi for the sites"),
  watch: flag("--watch", "show it again and again until interrupted"),
  every: milliseconds("--every <time>", "with --watch: the time between two looks", "2s"),
};

export type StatusOptions = OptionsOf<typeof options>;

export const statusCommand = command({
  name: "status",
  summary: "show every site's role, epoch and state; exit code 0 when all is well",
  sites: "refreshed",
  options,
  load: async () => (await import("./run.js")).status,
});
