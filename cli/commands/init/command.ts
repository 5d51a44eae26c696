import { command } from "../../command/definition";
import { CHANGING, following, site, type OptionsOf } from "../../command/options";

const options = {
  primary: site("--primary <site>", "the site that is primary first"),
  ...CHANGING,
  ...following("120s"),
};

export type InitOptions = OptionsOf<typeof options>;

export const initCommand = command({
  name: "init",
  summary: "introduce the sites to each other, once, with a first primary",
  sites: "refreshed",
  options,
  load: async () => (await import("./run.js")).init,
});
