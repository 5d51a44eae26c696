import { command } from "../../command/definition";
import { CHANGING, discard, flag, optionalEpoch, site, type OptionsOf } from "../../command/options";

const options = {
  to: site("--to <site>", "the site that becomes primary"),
  ...CHANGING,
  acceptPartial: flag("--accept-partial", "promote although the copy is partial or empty"),
  discard: discard(
    "--discard <data>",
    "give up newer data at another site, by site and version as status shows it: SITE@EPOCH/SEQUENCE, " +
      "several with commas",
  ),
  yes: flag("--yes", "do not ask; also where the primary is well and a switchover would lose nothing"),
  force: flag("--force", "as --yes, and take over the lease of a command at work"),
  epochAtLeast: optionalEpoch("--epoch-at-least <epoch>", "for when no site's object can be read"),
};

export type FailoverOptions = OptionsOf<typeof options>;

export const failoverCommand = command({
  name: "failover",
  summary: "promote a site from what it holds; the old primary may be gone",
  sites: "cached",
  options,
  load: async () => (await import("./run.js")).failover,
});
