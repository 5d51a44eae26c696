import type { Engine } from "../../../server/types";
import * as a from "../events/alphabet";
import type { Event } from "../events/deed";
import { command, rests } from "../events/deed";
import type { World } from "../world/world";

/** A part of what can happen, small enough to be searched to some depth. */
export interface Configuration {
  readonly name: string;
  readonly engine: Engine;
  readonly sites: number;
  /** What has happened before the search begins. */
  readonly before: readonly Event[];
  readonly events: (w: World) => readonly Event[];
  /** Commands that are also tried with something between each two of their requests. */
  readonly interrupted: (w: World) => readonly string[];
}

const none = (): string[] => [];
const some =
  (...groups: readonly a.Group[]) =>
  (w: World): Event[] =>
    groups.flatMap((g) => g(w));

const DUMPED: readonly Event[] = [rests({ kind: "dump", site: 0 }), rests({ kind: "dump", site: 1 })];
const FAILED_OVER: readonly Event[] = [...DUMPED, rests(command("failover --to dr --yes"))];
const LEFT_ALONE: readonly Event[] = [
  ...DUMPED,
  rests({ kind: "link cut" }),
  rests({ kind: "server killed", site: 0 }),
  rests(command("peer-lost --site primary")),
];
/** The copy is to be filled anew, with a dump of its own that is still good. */
const FILLING: readonly Event[] = [
  ...DUMPED,
  { deed: { kind: "server killed", site: 1 }, then: "at once" },
  { deed: { kind: "time", ms: 250 }, then: "at once" },
  { deed: { kind: "time", ms: 250 }, then: "at once" },
];
const SWITCHED: readonly Event[] = [...DUMPED, rests(command("switchover --to dr"))];

interface Part extends Omit<Configuration, "engine" | "name"> {
  readonly name: string;
}

const PARTS: readonly Part[] = [
  {
    name: "crashes and the link",
    sites: 2,
    before: DUMPED,
    events: some(a.crashes, a.link),
    interrupted: none,
  },
  {
    name: "crashes, dumps, the link and commands",
    sites: 2,
    before: DUMPED,
    events: some(a.crashes, a.link, a.dumps, a.commands(a.moves), a.commands(a.failovers)),
    interrupted: none,
  },
  {
    name: "an operator's overrides",
    sites: 2,
    before: DUMPED,
    events: some(a.crashes, a.link, a.commands(a.failovers), a.commands(a.overrides)),
    interrupted: none,
  },
  {
    name: "volumes",
    sites: 2,
    before: DUMPED,
    events: some(a.volumes, a.lostVolumes, a.crashes, a.commands(a.failovers)),
    interrupted: none,
  },
  {
    name: "volumes after a failover",
    sites: 2,
    before: FAILED_OVER,
    events: some(a.lostVolumes, a.volumes, a.crashes, a.commands(a.failovers)),
    interrupted: none,
  },
  {
    name: "volumes after a switchover",
    sites: 2,
    before: SWITCHED,
    events: some(a.lostVolumes, a.crashes, a.commands(a.failovers), a.commands(a.moves)),
    interrupted: none,
  },
  {
    name: "API servers and objects",
    sites: 2,
    before: DUMPED,
    events: some(a.apiTroubles, a.objects, a.crashes, a.link, a.commands(a.failovers)),
    interrupted: none,
  },
  {
    name: "frozen servers and a stream that stalls",
    sites: 2,
    before: DUMPED,
    events: some(a.freezes, a.lag, a.link, a.commands(a.moves), a.commands(a.failovers)),
    interrupted: none,
  },
  {
    name: "passwords, memory, snapshots",
    sites: 2,
    before: DUMPED,
    events: some(
      a.secrets,
      a.snapshots,
      a.crashes,
      a.commands(a.failovers),
      a.commands(a.moves),
      a.commands(a.restores),
    ),
    interrupted: none,
  },
  {
    name: "within a guard's steps",
    sites: 2,
    before: DUMPED,
    events: some(a.traps, a.link, a.commands(a.moves), a.commands(a.failovers)),
    interrupted: none,
  },
  {
    name: "within a command's steps",
    sites: 2,
    before: DUMPED,
    events: some(a.commands(a.moves), a.commands(a.failovers)),
    interrupted: (w) => [...a.moves(w), ...a.failovers(w)],
  },
  {
    name: "other orders of single steps",
    sites: 2,
    before: DUMPED,
    events: some(a.steps, a.time, a.link, a.commands(a.failovers)),
    interrupted: none,
  },
  {
    name: "writes between heartbeats",
    sites: 2,
    before: DUMPED,
    events: some(a.writes, a.dumps, a.crashes),
    interrupted: none,
  },
  {
    name: "after peer-lost",
    sites: 2,
    before: LEFT_ALONE,
    events: some(a.crashes, a.link, a.dumps, a.commands(a.failovers)),
    interrupted: none,
  },
  {
    name: "in the middle of a full sync",
    sites: 2,
    before: FILLING,
    events: some(a.time, a.crashes, a.link, a.commands(a.failovers), a.commands(a.overrides)),
    interrupted: none,
  },
  {
    name: "three sites",
    sites: 3,
    before: DUMPED,
    events: some(a.crashes, a.link, a.commands(a.moves), a.commands(a.failovers)),
    interrupted: none,
  },
];

export const CONFIGURATIONS: readonly Configuration[] = PARTS.flatMap((part) =>
  (["redis", "dragonfly"] as const).map((engine) => ({ ...part, engine, name: `${part.name} (${engine})` })),
);

/** Everything at once, for random walks. */
export const EVERYTHING: readonly Configuration[] = [2, 3].flatMap((sites) =>
  (["redis", "dragonfly"] as const).map((engine) => ({
    name: `everything, ${sites} sites (${engine})`,
    engine,
    sites,
    before: DUMPED,
    events: some(
      a.crashes,
      a.dumps,
      a.link,
      a.freezes,
      a.lag,
      a.volumes,
      a.lostVolumes,
      a.apiTroubles,
      a.objects,
      a.secrets,
      a.snapshots,
      a.traps,
      a.steps,
      a.commands(a.moves),
      a.commands(a.failovers),
      a.commands(a.overrides),
      a.commands(a.restores),
    ),
    interrupted: none,
  })),
);
