import { lostByFailover, NOTHING_LOST } from "./promises";
import { FAULT, HEAL, type Scenario } from "./scenario";

const SWITCHOVER = "switchover --to {copy}";
const FAILOVER = "failover --to {copy} --yes --force";

/** Where a switchover is killed: what its progress says at each step. */
const STEPS = {
  preparing: "prepare {primary}",
  waiting: "wait for {primary}",
  committing: "{copy} takes over",
  demoting: "{primary} becomes replica",
  following: "wait for {primary} to follow",
} as const;

const killedSwitchover = (step: keyof typeof STEPS): Scenario => ({
  name: `switchover-killed-${step}`,
  injected: `a switchover is killed while its step is "${STEPS[step]}"`,
  promise: "never two primaries; nothing is lost",
  healed: "the same switchover again",
  promised: NOTHING_LOST,
  steps: [
    { do: "killed command", command: SWITCHOVER, when: STEPS[step], as: FAULT },
    { do: "command", command: SWITCHOVER, ends: "either" },
    { do: "writes", beside: "primary", count: 200 },
    { do: "writes", beside: "copy", count: 200 },
  ],
  endsAt: step === "following" || step === "demoting" ? "copy" : null,
});

const killedFailover = (step: string, when: string): Scenario => ({
  name: `failover-killed-${step}`,
  injected: `a failover is killed while its step is "${when}"`,
  promise: "never two primaries for longer than a primary takes to be told; lost at most what had not crossed",
  healed: "the same failover again",
  promised: lostByFailover(FAULT),
  steps: [
    { do: "killed command", command: FAILOVER, when, as: FAULT },
    { do: "command", command: FAILOVER, ends: "done", as: HEAL },
    { do: "writes", beside: "copy", count: 200 },
    { do: "writes", beside: "primary", count: 200 },
  ],
  endsAt: "copy",
});

export const commands: readonly Scenario[] = [
  ...(Object.keys(STEPS) as (keyof typeof STEPS)[]).map(killedSwitchover),
  killedFailover("fencing", "fence {primary}"),
  killedFailover("promoting", "promote {copy}"),
  {
    name: "handover-abandoned",
    injected: "a switchover is killed while it waits for the primary, and nobody carries it on",
    promise: "the primary serves again within 30 s; nothing is lost",
    healed: "by itself",
    promised: NOTHING_LOST,
    steps: [
      { do: "killed command", command: SWITCHOVER, when: STEPS.waiting, as: FAULT },
      { do: "writes", beside: "primary", count: 200 },
      { do: "writes", beside: "copy", count: 200 },
    ],
    endsAt: null,
  },
  {
    name: "two-commands-at-once",
    injected: "a switchover and a failover to the copy at once",
    promise: "one of them at least ends well; never two primaries; lost at most what had not crossed",
    healed: "the failover again",
    promised: lostByFailover(HEAL),
    steps: [
      { do: "writes", beside: "primary", count: 200, as: FAULT },
      {
        do: "commands at once",
        commands: [
          { command: SWITCHOVER, ends: "either" },
          { command: "failover --to {copy} --yes", ends: "either" },
        ],
        as: HEAL,
      },
      { do: "command", command: FAILOVER, ends: "done" },
      { do: "writes", beside: "copy", count: 200 },
    ],
    endsAt: "copy",
  },
  {
    name: "two-switchovers-at-once",
    injected: "two switchovers to the copy at once",
    promise: "one is carried out, the other refuses or finds it done; nothing is lost",
    healed: "by itself",
    promised: NOTHING_LOST,
    steps: [
      {
        do: "commands at once",
        commands: [
          { command: SWITCHOVER, ends: "either" },
          { command: SWITCHOVER, ends: "either" },
        ],
        as: FAULT,
      },
      { do: "writes", beside: "primary", count: 200 },
      { do: "writes", beside: "copy", count: 200 },
    ],
    endsAt: "copy",
  },
];
