import type { SiteRoleStatus } from "../../../contract/siteRole";
import type { Condition } from "../scenarios/scenario";

/** A lag by honest clocks: far below the offset that a scenario gives a clock. */
const HONEST_LAG_SECONDS = 30;

export const conditions: Readonly<Record<Condition, (status: SiteRoleStatus) => boolean>> = {
  serving: ({ serving }) => serving,
  closed: ({ serving, phase }) => !serving && phase !== "Starting",
  holding: ({ phase }) => phase === "Holding",
  "in sync": ({ replication }) => replication?.inSync === true,
  "peer lost": ({ peers }) => peers.length > 0 && peers.every(({ reachable }) => !reachable),
  "lag known": ({ replication }) =>
    replication?.lagSeconds != null && Math.abs(replication.lagSeconds) < HONEST_LAG_SECONDS,
};
