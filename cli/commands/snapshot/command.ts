import { command } from "../../command/definition";
import { CHANGING, milliseconds, optionalSite, type OptionsOf } from "../../command/options";

const options = {
  site: optionalSite("--site <site>", "of this site (default: the primary)"),
  ...CHANGING,
  waitTimeout: milliseconds("--wait-timeout <time>", "for the snapshot to be taken and uploaded", "1h"),
};

export type SnapshotOptions = OptionsOf<typeof options>;

export const snapshotCommand = command({
  name: "snapshot",
  summary: "take a snapshot now and wait until it is in the store",
  sites: "cached",
  options,
  load: async () => (await import("./run.js")).snapshot,
});
