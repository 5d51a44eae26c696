import type { Milliseconds, SiteName } from "../../server/types";
import { badInput } from "../failure";
import { Changes } from "./changes";
import { SiteRoleWatch } from "./siteRoleWatch";
import type { SiteView } from "../plan/view";
import type { SiteEntry } from "../sites/entry";
import { CommandLeases } from "./commandLeases";
import type { CommandContext } from "./context";

/** For requests whose site is needed. */
export const REQUEST_MS = 5_000 as Milliseconds;
/** For the sites that a failover can do without. */
export const FAILOVER_REQUEST_MS = 1_000 as Milliseconds;

/** The sites that a command works on: their objects as they change, and the leases in their clusters. */
export class SiteClients {
  readonly changes: Changes;
  readonly leases: CommandLeases;
  private readonly watches: ReadonlyMap<SiteName, SiteRoleWatch>;

  /** @param patience - for each request to a site. */
  constructor(
    readonly entries: readonly SiteEntry[],
    context: CommandContext,
    patience: (site: SiteName) => Milliseconds = () => REQUEST_MS,
  ) {
    this.changes = new Changes(context.clock);
    const connections = entries.map((entry) => ({ entry, ...context.connect(entry) }));
    this.watches = new Map(
      connections.map(({ entry, store }) => [
        entry.site,
        new SiteRoleWatch(store, entry.peers, this.changes, context.clock, patience(entry.site)),
      ]),
    );
    const leasePatience = Math.min(...entries.map((e) => patience(e.site))) as Milliseconds;
    this.leases = new CommandLeases(
      connections.map((c) => c.lease),
      context.clock,
      context.holder,
      (holder) => context.hasEnded(holder),
      leasePatience,
    );
  }

  get all(): readonly SiteRoleWatch[] {
    return [...this.watches.values()];
  }

  /** @throws CommandFailure (bad input) for a site that is not in the site file. */
  of(site: SiteName): SiteRoleWatch {
    const watch = this.watches.get(site);
    if (watch === undefined) throw unknownSite(site, this.entries);
    return watch;
  }

  /** Reads every site and begins to follow it, over connections that are there when the first write is due. */
  async observe(): Promise<SiteView[]> {
    return await Promise.all(
      this.all.map(async (watch) => {
        const [view] = await Promise.all([watch.observe(), watch.start()]);
        return view;
      }),
    );
  }

  /** Reads every site again. */
  look(): Promise<SiteView[]> {
    return Promise.all(this.all.map((watch) => watch.observe()));
  }

  /** Lets go of the leases and closes every connection. */
  async close(): Promise<void> {
    await this.leases.release();
    for (const watch of this.all) watch.close();
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
