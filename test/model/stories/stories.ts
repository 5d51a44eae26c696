import { command, rests, type Deed, type Event } from "../events/deed";
import type { Engine } from "../../../server/types";

/** A sequence that broke an invariant once; none of it may break one again. */
export interface Story {
  readonly name: string;
  readonly engine: Engine | "both";
  readonly sites: number;
  readonly events: readonly Event[];
  /** Why it is still broken; a story that holds again must lose this. */
  readonly open?: string;
}

const atOnce = (deed: Deed): Event => ({ deed, then: "at once" });
const oneRound = (deed: Deed): Event => ({ deed, then: "one round" });
const [PRIMARY, DR] = [0, 1];

/** Before each: introduced, in sync, one dump of each site, and writes after it. */
export const STORIES: readonly Story[] = [
  {
    name: "a killed primary that holds is not let go by its guard's restart",
    engine: "both",
    sites: 2,
    events: [rests({ kind: "server killed", site: PRIMARY }), rests({ kind: "guard killed", site: PRIMARY })],
  },
  {
    name: "a killed primary that holds is not let go by a cut link",
    engine: "both",
    sites: 2,
    events: [rests({ kind: "server killed", site: PRIMARY }), rests({ kind: "link cut" })],
  },
  {
    name: "a primary whose volume refuses writes can be fenced",
    engine: "both",
    sites: 2,
    events: [rests({ kind: "volume", site: PRIMARY, mode: "read-only" }), rests(command("failover --to dr --yes"))],
  },
  {
    name: "a failover does not need the old region's API server to take writes",
    engine: "both",
    sites: 2,
    events: [rests({ kind: "api", site: PRIMARY, mode: "refuses-writes" }), rests(command("failover --to dr --yes"))],
  },
  {
    name: "a primary by failover that loses its volume takes the data from its copy",
    engine: "both",
    sites: 2,
    events: [rests(command("failover --to dr --yes")), rests({ kind: "volume lost", site: DR })],
  },
  {
    name: "a primary by switchover that loses its volume takes the data from its copy",
    engine: "both",
    sites: 2,
    events: [rests(command("switchover --to dr")), rests({ kind: "volume lost", site: DR })],
  },
  {
    name: "an empty primary does not serve beside a copy that is just loading",
    engine: "dragonfly",
    sites: 2,
    events: [
      rests(command("failover --to dr --yes")),
      atOnce({ kind: "server killed", site: PRIMARY }),
      rests({ kind: "volume lost", site: DR }),
    ],
  },
  {
    name: "a password that changes while the guard is down locks nobody out",
    engine: "both",
    sites: 2,
    events: [atOnce({ kind: "guard killed", site: PRIMARY }), rests({ kind: "password changed", site: PRIMARY })],
  },
  {
    name: "a copy whose guard cannot log in is not killed",
    engine: "both",
    sites: 2,
    events: [
      rests({ kind: "volume lost", site: PRIMARY }),
      atOnce({ kind: "guard killed", site: DR }),
      rests({ kind: "password changed", site: DR }),
    ],
  },
  {
    name: "a copy without a role object is not replaced without a dump",
    engine: "redis",
    sites: 2,
    events: [
      rests({ kind: "snapshot", site: PRIMARY }),
      rests({ kind: "object deleted", site: DR }),
      rests({ kind: "server frozen", site: PRIMARY }),
      rests(command("restore --from newest --to primary --yes")),
    ],
  },
  {
    name: "heartbeats go on after the guard was restarted beside a frozen primary",
    engine: "both",
    sites: 2,
    events: [rests({ kind: "server frozen", site: PRIMARY }), rests({ kind: "guard killed", site: PRIMARY })],
  },
  {
    name: "time alone does not make an older primary newer than the copy",
    engine: "both",
    sites: 2,
    events: [
      oneRound({ kind: "volume lost", site: PRIMARY }),
      rests({ kind: "link cut" }),
      rests(command("peer-lost --site primary")),
      rests({ kind: "time", ms: 6_000 }),
    ],
  },
  {
    name: "data is taken once from a former primary that wrote it",
    engine: "redis",
    sites: 2,
    open: "what was copied counts as older than what its own writer holds",
    events: [
      rests({ kind: "volume", site: PRIMARY, mode: "read-only" }),
      rests(command("failover --to dr --yes")),
      rests({ kind: "server killed", site: DR }),
    ],
  },
  {
    name: "status says what to do about a primary without an object",
    engine: "both",
    sites: 2,
    events: [rests({ kind: "object deleted", site: PRIMARY })],
  },
  {
    name: "status says what to do about a new primary without an object",
    engine: "both",
    sites: 2,
    events: [rests(command("failover --to dr --yes")), rests({ kind: "object deleted", site: DR })],
  },
  {
    name: "epoch 1 is not given again when both objects are gone",
    engine: "both",
    sites: 2,
    open: "init does not ask the guards which epoch they have acted on",
    events: [rests({ kind: "object deleted", site: PRIMARY }), rests({ kind: "object deleted", site: DR })],
  },
  {
    name: "status says what to do after a restore that was refused",
    engine: "both",
    sites: 2,
    events: [rests(command("restore --from newest --to primary --yes"))],
  },
  {
    name: "a refusal for newer data ends when that data is gone",
    engine: "both",
    sites: 2,
    events: [
      oneRound({ kind: "pod deleted", site: DR }),
      rests(command("failover --to dr --accept-partial --yes")),
      rests({ kind: "volume lost", site: PRIMARY }),
    ],
  },
  {
    name: "an empty primary does not serve beside a frozen copy",
    engine: "both",
    sites: 2,

    events: [
      rests({ kind: "server frozen", site: DR }),
      rests({ kind: "volume lost", site: PRIMARY }),
      rests(command("switchover --to dr")),
    ],
  },
  {
    name: "a dump that nobody sealed is kept before a copy replaces it",
    engine: "redis",
    sites: 2,
    open: "with the same heartbeat the copy counts as newer, and the dump is not kept",
    events: [
      atOnce({ kind: "client", site: PRIMARY }),
      atOnce({ kind: "guard killed", site: PRIMARY }),
      rests({ kind: "pod deleted", site: PRIMARY }),
    ],
  },
  {
    name: "status says what to do when a site takes data that is gone",
    engine: "redis",
    sites: 2,
    open: "the primary waits for the data of a site that has none any more",
    events: [
      rests({ kind: "stream", site: PRIMARY, stalled: true }),
      rests({ kind: "volume lost", site: PRIMARY }),
      rests({ kind: "volume lost", site: DR }),
    ],
  },
];
