import { command } from "../../command/definition";
import { CHANGING, following, milliseconds, site, type OptionsOf } from "../../command/options";
import { MAX_LAG } from "../switchover/command";

const options = {
  to: site("--to <site>", "the site that comes back"),
  ...CHANGING,
  maxLag: MAX_LAG,
  catchUp: milliseconds("--catch-up <time>", "for the site to be in sync before the switchover", "1h"),
  ...following("60s"),
};

export type FailbackOptions = OptionsOf<typeof options>;

export const failbackCommand = command({
  name: "failback",
  summary: "bring a former primary back: it follows, catches up, takes over",
  sites: "cached",
  options,
  load: async () => (await import("./run.js")).failback,
});
