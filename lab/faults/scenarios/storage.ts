import { LOST_BEHIND_A_CUT, lostByFailover, NOTHING_LOST } from "./promises";
import { FAULT, HEAL, WHOLE, type Scenario } from "./scenario";

export const storage: readonly Scenario[] = [
  {
    name: "read-only-volume-fenced",
    injected: "the primary's volume refuses writes, the link is cut, the copy is promoted, the link is mended",
    promise: "the old primary closes all the same; lost only what it alone had, and what had not crossed",
    healed: "the volume takes writes again; failover --to the new primary once more",
    promised: LOST_BEHIND_A_CUT,
    steps: [
      { do: "writes", beside: "primary", count: 200 },
      { do: "volume", at: "primary", is: "read-only" },
      { do: "cut", sendsNothing: "both", as: FAULT },
      { do: "await", at: "copy", is: "peer lost" },
      { do: "API server", at: "primary", is: "down" },
      { do: "command", command: "failover --to {copy} --yes", ends: "done", as: HEAL },
      { do: "writes", beside: "copy", count: 300 },
      { do: "heal link", as: WHOLE },
      { do: "API server", at: "primary", is: "well" },
      { do: "await", at: "primary", is: "closed" },
      { do: "volume", at: "primary", is: "well" },
      { do: "command", command: "failover --to {copy} --yes", ends: "done" },
      { do: "writes", beside: "primary", count: 100 },
    ],
    endsAt: "copy",
  },
  {
    name: "full-volume-failover",
    injected: "the primary's volume is full, and the copy is promoted",
    promise: "the old primary closes at once; lost at most what had not crossed",
    healed: "failover --to the copy; room on the volume",
    promised: lostByFailover(HEAL),
    steps: [
      { do: "writes", beside: "primary", count: 200 },
      { do: "volume", at: "primary", is: "full", as: FAULT },
      { do: "writes", beside: "primary", count: 200 },
      { do: "command", command: "failover --to {copy} --yes", ends: "done", as: HEAL },
      { do: "writes", beside: "copy", count: 300 },
      { do: "volume", at: "primary", is: "well" },
      { do: "writes", beside: "primary", count: 100 },
    ],
    endsAt: "copy",
  },
  {
    name: "read-only-copy",
    injected: "the copy's volume refuses writes for a while",
    promise: "the primary serves on; nothing is lost",
    healed: "the volume takes writes again",
    promised: NOTHING_LOST,
    steps: [
      { do: "volume", at: "copy", is: "read-only", as: FAULT },
      { do: "writes", beside: "primary", count: 300 },
      { do: "volume", at: "copy", is: "well" },
      { do: "writes", beside: "copy", count: 100 },
    ],
    endsAt: "primary",
  },
];
