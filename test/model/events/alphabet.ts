import type { RequestFault } from "../command/operator";
import { siteAt, type Trap, type World } from "../world/world";
import { command, type Between, type CommandDeed, type Deed, type Event } from "./deed";

/** What may happen next, group by group; a configuration is made of some of them. */
export type Group = (w: World) => readonly Event[];

const each = (w: World, make: (site: number) => readonly (Deed | null)[]): Deed[] =>
  w.sites.flatMap((_, site) => make(site)).filter((d): d is Deed => d !== null);
const rested = (deeds: readonly Deed[]): Event[] => deeds.map((deed) => ({ deed, then: "until it rests" }));
const both = (deeds: readonly Deed[]): Event[] =>
  deeds.flatMap((deed) => [{ deed, then: "until it rests" } as const, { deed, then: "at once" } as const]);

/** A process ends and comes again. */
export const crashes: Group = (w) =>
  both(
    each(w, (site) => [
      { kind: "server killed", site },
      { kind: "guard killed", site },
      { kind: "pod deleted", site },
    ]),
  );

export const dumps: Group = (w) => rested(each(w, (site) => [{ kind: "dump", site }]));

export const link: Group = (w) => {
  const cut = w.blocked.some((row) => row.includes(true));
  if (cut) return both([{ kind: "link mended" }]);
  const oneWay: Deed[] = each(w, (from) => (from < 2 ? [{ kind: "one way cut", from, to: 1 - from }] : []));
  return [...both([{ kind: "link cut" }]), ...rested(oneWay)];
};

/** Replication lags while the guards hear each other. */
export const lag: Group = (w) => both(each(w, (site) => [{ kind: "stream", site, stalled: !siteAt(w, site).stalled }]));

export const freezes: Group = (w) =>
  both(
    each(w, (site) => [
      siteAt(w, site).server?.frozen === true ? { kind: "server thawed", site } : { kind: "server frozen", site },
    ]),
  );

export const volumes: Group = (w) =>
  rested(
    each(w, (site) =>
      siteAt(w, site).disk.mode === "well"
        ? [
            { kind: "volume", site, mode: "read-only" },
            { kind: "volume", site, mode: "full" },
          ]
        : [{ kind: "volume", site, mode: "well" }],
    ),
  );

export const lostVolumes: Group = (w) => rested(each(w, (site) => [{ kind: "volume lost", site }]));

export const apiTroubles: Group = (w) =>
  rested(
    each(w, (site) =>
      siteAt(w, site).api.mode === "well"
        ? (["down", "refuses-writes", "forbids-writes", "loses-status"] as const).map((mode) => ({
            kind: "api",
            site,
            mode,
          }))
        : [{ kind: "api", site, mode: "well" }],
    ),
  );

export const objects: Group = (w) =>
  both(
    each(w, (site) =>
      siteAt(w, site).api.object === null
        ? [{ kind: "object restored", site }]
        : [
            { kind: "object deleted", site },
            { kind: "object restored", site },
          ],
    ),
  );

export const secrets: Group = (w) =>
  rested(
    each(w, (site) => [
      siteAt(w, site).passwords < 3 ? { kind: "password changed", site } : null,
      { kind: "memory", site, small: !siteAt(w, site).small },
    ]),
  );

export const snapshots: Group = (w) =>
  rested(each(w, (site) => (siteAt(w, site).snapshots.length < 2 ? [{ kind: "snapshot", site }] : [])));

const WHATS: readonly Trap["what"][] = ["guard dies", "server dies", "pod dies", "volume refuses", "link is cut"];
const MOST_STEPS = 8;

/** Something comes between two steps of a guard; it lies in wait until the next event makes the guard act. */
export const traps: Group = (w) =>
  w.trap !== null
    ? []
    : each(w, (site) =>
        WHATS.flatMap((what) =>
          Array.from({ length: MOST_STEPS }, (_, steps): Deed => ({ kind: "trap", site, steps, what })),
        ),
      ).map((deed) => ({ deed, then: "at once" }));

/** Single steps of a site, in whatever order. */
export const steps: Group = (w) =>
  each(w, (site) =>
    (["turn", "poll", "read", "client", "replicate", "status"] as const).map((kind) => ({ kind, site })),
  ).map((deed) => ({ deed, then: "at once" }));

/** What happens between two heartbeats. */
export const writes: Group = (w) =>
  each(w, (site) => (["client", "replicate"] as const).map((kind) => ({ kind, site }))).map((deed) => ({
    deed,
    then: "at once",
  }));

export const time: Group = () => [{ deed: { kind: "time", ms: 250 }, then: "at once" }];

const lines = (w: World, make: (site: string) => readonly string[]): string[] =>
  w.sites.flatMap(({ name }) => make(name));

/** What moves roles as long as all is well. */
export const moves = (w: World): string[] => lines(w, (s) => [`switchover --to ${s}`, `failback --to ${s}`]);
/** What an operator says when it is not. */
export const failovers = (w: World): string[] => lines(w, (s) => [`failover --to ${s} --yes`]);
export const overrides = (w: World): string[] =>
  lines(w, (s) => [
    `serve --accept-loss --site ${s}`,
    `peer-lost --site ${s}`,
    `failover --to ${s} --accept-partial --yes`,
  ]);
export const restores = (w: World): string[] => lines(w, (s) => [`restore --from newest --to ${s} --yes`]);

export const commands =
  (make: (w: World) => readonly string[]): Group =>
  (w) =>
    rested(make(w).map((line) => command(line)));

const FAULTS: readonly RequestFault[] = ["lost-done", "lost-not-done", "500-done", "500-not-done", "429", "403"];

/** Everything that may come between two requests of a command. */
export function betweens(w: World): Between[] {
  const deeds: Exclude<Deed, CommandDeed>[] = [
    { kind: "link cut" },
    { kind: "time", ms: 250 },
    { kind: "time", ms: 2_000 },
    ...w.sites.flatMap((_, site): Exclude<Deed, CommandDeed>[] => [
      { kind: "server killed", site },
      { kind: "guard killed", site },
      { kind: "pod deleted", site },
      { kind: "server frozen", site },
      { kind: "stream", site, stalled: true },
      { kind: "api", site, mode: "down" },
      { kind: "api", site, mode: "refuses-writes" },
      { kind: "volume", site, mode: "read-only" },
    ]),
  ];
  return [
    { kind: "killed" },
    ...FAULTS.map((fault): Between => ({ kind: "request", fault })),
    ...deeds.map((deed): Between => ({ kind: "deed", deed })),
    ...w.sites.map(({ name }): Between => ({ kind: "beside", line: `failover --to ${name} --yes` })),
  ];
}

/** Each command, and each with something between two of its requests. `requests`: how many it makes. */
export function interrupted(w: World, line: string, requests: number): Event[] {
  return Array.from({ length: requests }, (_, at) =>
    betweens(w).map((between): Event => ({ deed: command(line, at, between), then: "until it rests" })),
  ).flat();
}
