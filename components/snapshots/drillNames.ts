/** Names in the drills' own namespace; `dragonfly-dr drill` knows them. */
export const drillNames = {
  cronJob: "dragonfly-drill",
  serviceAccount: "dragonfly-drill",
} as const;
