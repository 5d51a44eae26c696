import { LOST_BEHIND_A_CUT, NOTHING_LOST } from "./promises";
import { FAULT, HEAL, WHOLE, type Scenario, type Step } from "./scenario";

/** The copy is promoted; the old primary, which nobody tells, goes on until the link is whole. */
const FAILOVER_BEHIND_THE_CUT: readonly Step[] = [
  { do: "await", at: "copy", is: "peer lost" },
  { do: "API server", at: "primary", is: "down" },
  { do: "command", command: "failover --to {copy} --yes", ends: "done", as: HEAL },
  { do: "writes", beside: "copy", count: 300 },
  { do: "writes", beside: "primary", count: 100 },
  { do: "heal link", as: WHOLE },
  { do: "API server", at: "primary", is: "well" },
  { do: "await", at: "primary", is: "closed" },
  { do: "command", command: "failover --to {copy} --yes", ends: "done" },
  { do: "writes", beside: "primary", count: 100 },
];

export const partitions: readonly Scenario[] = [
  {
    name: "cut-then-failover",
    injected: "the link is cut both ways, the primary's API server is down too, the copy is promoted",
    promise: "the old primary closes when the link is whole; lost only what it alone had, and what had not crossed",
    healed: "the link is mended; failover --to the new primary once more",
    promised: LOST_BEHIND_A_CUT,
    steps: [
      { do: "writes", beside: "primary", count: 200 },
      { do: "cut", sendsNothing: "both", as: FAULT },
      ...FAILOVER_BEHIND_THE_CUT,
    ],
    endsAt: "copy",
  },
  {
    name: "one-way-cut-from-primary",
    injected: "what the primary's site sends vanishes; its API server is down too, the copy is promoted",
    promise: "as after a cut both ways",
    healed: "the link is mended; failover --to the new primary once more",
    promised: LOST_BEHIND_A_CUT,
    steps: [
      { do: "writes", beside: "primary", count: 200 },
      { do: "cut", sendsNothing: "primary", as: FAULT },
      ...FAILOVER_BEHIND_THE_CUT,
    ],
    endsAt: "copy",
  },
  {
    name: "one-way-cut-from-copy",
    injected: "what the copy's site sends vanishes; its clients reach no primary",
    promise: "the primary serves on; the copy follows again; nothing is lost",
    healed: "the link is mended",
    promised: NOTHING_LOST,
    steps: [
      { do: "cut", sendsNothing: "copy", as: FAULT },
      { do: "await", at: "copy", is: "peer lost" },
      { do: "writes", beside: "primary", count: 300 },
      { do: "heal link", as: WHOLE },
      { do: "writes", beside: "copy", count: 100 },
    ],
    endsAt: "primary",
  },
  {
    name: "link-flaps",
    injected: "the link is reset three times, and cut in between",
    promise: "the copy follows again each time; nothing is lost",
    healed: "by itself",
    promised: NOTHING_LOST,
    steps: [
      { do: "reset link", as: FAULT },
      { do: "writes", beside: "primary", count: 100 },
      { do: "heal link" },
      { do: "cut", sendsNothing: "both" },
      { do: "writes", beside: "primary", count: 100 },
      { do: "heal link" },
      { do: "reset link" },
      { do: "writes", beside: "primary", count: 100 },
      { do: "heal link", as: WHOLE },
      { do: "writes", beside: "copy", count: 100 },
    ],
    endsAt: "primary",
  },
];
