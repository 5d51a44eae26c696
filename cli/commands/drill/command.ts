import { command } from "../../command/definition";
import { flag, milliseconds, optionalSite, type OptionsOf } from "../../command/options";

const options = {
  site: optionalSite("--site <site>", "of this site (default: all)"),
  dryRun: flag("--dry-run", "say what would be done, and change nothing"),
  waitTimeout: milliseconds("--wait-timeout <time>", "for each drill to end", "1h"),
};

export type DrillOptions = OptionsOf<typeof options>;

export const drillCommand = command({
  name: "drill",
  summary: "prove that the newest snapshot of each site restores, in a throwaway server",
  sites: "cached",
  options,
  load: async () => (await import("./run.js")).drill,
});
