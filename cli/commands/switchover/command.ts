import { command } from "../../command/definition";
import { CHANGING, following, seconds, site, type OptionsOf } from "../../command/options";

export const MAX_LAG = seconds(
  "--max-lag <time>",
  "refuse a target that stays further behind; lag, sync and reachability are looked at for up to 7 s",
  "5s",
);

const options = {
  to: site("--to <site>", "the site that becomes primary"),
  ...CHANGING,
  maxLag: MAX_LAG,
  ...following("60s"),
};

export type SwitchoverOptions = OptionsOf<typeof options>;

export const switchoverCommand = command({
  name: "switchover",
  summary: "move the primary to a replica without losing a write",
  sites: "cached",
  options,
  load: async () => (await import("./run.js")).switchover,
});
