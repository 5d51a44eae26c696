import { command } from "../../command/definition";
import { CHANGING, consent, discard, site, type OptionsOf } from "../../command/options";

const holding = { site: site("--site <site>", "the primary that holds"), ...CHANGING };

const serve = {
  ...holding,
  acceptLoss: consent(
    "--accept-loss",
    "what this costs: the writes that only another site has, or all where it is empty",
  ),
  discard: discard(
    "--discard <data>",
    "give up newer data at another site, by site and version as status shows it: SITE@EPOCH/SEQUENCE, " +
      "several with commas",
  ),
};

export type OverrideOptions = OptionsOf<typeof holding> & Pick<OptionsOf<typeof serve>, "discard">;

export const serveCommand = command({
  name: "serve",
  summary: "let a primary serve although another site has newer data, or its own is empty",
  sites: "cached",
  options: serve,
  load: async () => {
    const { overrideHold } = await import("./run.js");
    return (options, context) => overrideHold("serve", "acceptLoss", options, context);
  },
});

export const peerLostCommand = command({
  name: "peer-lost",
  summary: "let a primary serve after a start although it can ask no peer",
  sites: "cached",
  options: holding,
  load: async () => {
    const { overrideHold } = await import("./run.js");
    return (options, context) => overrideHold("peer-lost", "peerLost", { ...options, discard: [] }, context);
  },
});
