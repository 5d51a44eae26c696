import type { Milliseconds, SiteName } from "../../server/types";
import { badInput } from "../failure";
import { Changes } from "./changes";
import { Follower } from "./siteRoleWatch";
import type { SiteView } from "../plan/view";
import type { SiteEntry } from "../sites/entry";
import { Courtesy } from "./commandLeases";
import type { Tools } from "./context";

/** For requests whose site is needed. */
export const REQUEST_MS = 5_000 as Milliseconds;
/** For the sites that a failover can do without. */
export const FAILOVER_REQUEST_MS = 1_000 as Milliseconds;

/** The sites that a command works on: their objects as they change, and the leases in their clusters. */
export class Crew {
  readonly changes: Changes;
  readonly courtesy: Courtesy;
  private readonly followers: ReadonlyMap<SiteName, Follower>;

  /** @param patience - for each request to a site. */
  constructor(
    readonly entries: readonly SiteEntry[],
    tools: Tools,
    patience: (site: SiteName) => Milliseconds = () => REQUEST_MS,
  ) {
    this.changes = new Changes(tools.clock);
    const connections = entries.map((entry) => ({ entry, ...tools.connect(entry) }));
    this.followers = new Map(
      connections.map(({ entry, store }) => [
        entry.site,
        new Follower(store, this.changes, tools.clock, patience(entry.site)),
      ]),
    );
    const leasePatience = Math.min(...entries.map((e) => patience(e.site))) as Milliseconds;
    this.courtesy = new Courtesy(
      connections.map((c) => c.lease),
      tools.clock,
      tools.holder,
      (holder) => tools.hasEnded(holder),
      leasePatience,
    );
  }

  get all(): readonly Follower[] {
    return [...this.followers.values()];
  }

  /** @throws CommandFailure (bad input) for a site that is not in the site file. */
  of(site: SiteName): Follower {
    const follower = this.followers.get(site);
    if (follower === undefined) throw unknownSite(site, this.entries);
    return follower;
  }

  /** Reads every site and begins to follow it, over connections that are there when the first write is due. */
  async observe(): Promise<SiteView[]> {
    return await Promise.all(
      this.all.map(async (follower) => {
        const [view] = await Promise.all([follower.observe(), follower.start()]);
        return view;
      }),
    );
  }

  /** Reads every site again. */
  look(): Promise<SiteView[]> {
    return Promise.all(this.all.map((follower) => follower.observe()));
  }

  /** Lets go of the leases and closes every connection. */
  async close(): Promise<void> {
    await this.courtesy.release();
    for (const follower of this.all) follower.close();
  }
}

/** @throws CommandFailure (bad input) unless every name is a site of the file. */
export function checkSites(entries: readonly SiteEntry[], ...sites: readonly SiteName[]): void {
  const unknown = sites.find((site) => !entries.some((e) => e.site === site));
  if (unknown !== undefined) throw unknownSite(unknown, entries);
}

const unknownSite = (site: SiteName, entries: readonly SiteEntry[]) =>
  badInput(
    `site ${site}: is not in the site file, which knows ${entries.map((e) => e.site).join(", ")}; correct the name, or run dragonfly-dr status to read the stacks again`,
  );
