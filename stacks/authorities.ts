import * as pulumi from "@pulumi/pulumi";
import type { PeerSettings } from "../components/settings/site";

/** The output of the same name: PEM of a site's authorities. */
export const AUTHORITIES_OUTPUT = "linkAuthorities";

/**
 * PEM of the peers' authorities, from their stacks. A stack that has never been up has none: it counts as empty, so
 * that the first `pulumi up` of either site needs nothing of the other.
 */
export const peerAuthorities = (peers: readonly PeerSettings[]): pulumi.Output<string> =>
  pulumi
    .all(
      peers.flatMap(({ stack }) =>
        stack === undefined ? [] : [new pulumi.StackReference(stack).getOutput(AUTHORITIES_OUTPUT)],
      ),
    )
    .apply((authorities) => authorities.filter((each) => typeof each === "string").join(""));
