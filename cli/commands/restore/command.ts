import { command } from "../../command/definition";
import { CHANGING, flag, milliseconds, site, text, type OptionsOf } from "../../command/options";

const options = {
  from: text("--from <id>", 'a snapshot\'s id, or "newest"'),
  to: site("--to <site>", "the site that becomes primary"),
  ...CHANGING,
  yes: flag("--yes", "do not ask whether all that may be overwritten; needed without a terminal"),
  waitTimeout: milliseconds("--wait-timeout <time>", "for the snapshot to be fetched and loaded", "1h"),
};

export type RestoreOptions = OptionsOf<typeof options>;

export const restoreCommand = command({
  name: "restore",
  summary: "bring a site up as primary from a snapshot; what it holds is replaced",
  sites: "cached",
  options,
  load: async () => (await import("./run.js")).restore,
});
