import type { Milliseconds, SiteName } from "../../server/types";
import { badInput } from "../failure";
import { freshStatus, isPresent, type SiteView } from "../plan/view";
import type { SiteEntry } from "../sites/entry";
import { Changes } from "./changes";
import { CommandLeases, type OnConflict } from "./commandLeases";
import type { CommandContext } from "./context";
import { SiteRoleWatch } from "./siteRoleWatch";

/** For requests whose site is needed. */
export const REQUEST_MS = 5_000 as Milliseconds;
/** For the sites that a failover can do without. */
export const FAILOVER_REQUEST_MS = 1_000 as Milliseconds;
/** For an answer of a site that is probably lost, once the site that is needed has answered. */
export const LOST_SITE_MS = 300 as Milliseconds;

export interface Observed {
  readonly views: readonly SiteView[];
  /** One line for each cluster where another command is at work. */
  readonly leaseConflicts: readonly string[];
}

/** The sites that a command works on: their objects as they change, and the leases in their clusters. */
export class SiteClients {
  readonly changes: Changes;
  readonly leases: CommandLeases;
  private readonly watches: ReadonlyMap<SiteName, SiteRoleWatch>;
  private readonly clock: CommandContext["clock"];

  /** @param needed - the only site that the command cannot do without; null: all are needed. */
  constructor(
    readonly entries: readonly SiteEntry[],
    context: CommandContext,
    private readonly needed: SiteName | null = null,
  ) {
    const timeout = (site: SiteName) => (needed === null || site === needed ? REQUEST_MS : FAILOVER_REQUEST_MS);
    this.clock = context.clock;
    this.changes = new Changes(context.clock);
    const connections = entries.map((entry) => ({ entry, ...context.connect(entry) }));
    this.watches = new Map(
      connections.map(({ entry, store }) => [
        entry.site,
        new SiteRoleWatch(store, entry.peers, this.changes, context.clock, timeout(entry.site)),
      ]),
    );
    this.leases = new CommandLeases(
      connections.map((c) => c.lease),
      context.clock,
      context.holder,
      (holder) => context.hasEnded(holder),
      timeout,
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

  others(site: SiteName): readonly SiteRoleWatch[] {
    return this.all.filter((watch) => watch.site !== site);
  }

  /** Reads every site, begins to watch it, and takes the leases where that is asked for. */
  async observe(onConflict: OnConflict | null): Promise<Observed> {
    const observed = this.needed === null ? this.observeAll() : this.observeNeeded(this.of(this.needed));
    const leases =
      onConflict === null
        ? []
        : this.leases.take(onConflict, { needed: this.needed, over: this.needed === null ? null : observed });
    const [views, leaseConflicts] = await Promise.all([observed, leases]);
    return { views, leaseConflicts };
  }

  /** Reads every site again. */
  refresh(): Promise<SiteView[]> {
    return Promise.all(this.all.map((watch) => watch.observe()));
  }

  /** Releases the leases and closes every connection. */
  async close(): Promise<void> {
    await this.leases.release();
    for (const watch of this.all) watch.close();
  }

  private observeAll(): Promise<SiteView[]> {
    return Promise.all(this.all.map((watch) => observeAndWatch(watch)));
  }

  /**
   * The needed site's answer is waited for, the others' only a moment longer: as long as a lost site deserves, or as
   * one that the needed site's guard can reach. They go on being read in the background.
   */
  private async observeNeeded(needed: SiteRoleWatch): Promise<SiteView[]> {
    // A credential plugin may take its time, and the needed site's is waited for anyway.
    const begun = needed.prepare(REQUEST_MS).then(() => observeAndWatch(needed));
    const others = this.others(needed.site).map((watch) => ({
      watch,
      view: watch.prepare(REQUEST_MS).then(() => observeAndWatch(watch)),
    }));
    const first = await begun;
    const bounded = others.map(async ({ watch, view }) => {
      const patience = isHeardBy(first, watch.site) ? FAILOVER_REQUEST_MS : LOST_SITE_MS;
      const late = this.clock.after(patience).then(() => watch.unanswered(patience));
      return await Promise.race([view, late]);
    });
    const views = [first, ...(await Promise.all(bounded))];
    return this.entries.flatMap(({ site }) => views.filter((view) => view.site === site));
  }
}

async function observeAndWatch(watch: SiteRoleWatch): Promise<SiteView> {
  const [view] = await Promise.all([watch.observe(), watch.start()]);
  return view;
}

const isHeardBy = (view: SiteView, site: SiteName): boolean =>
  !isPresent(view) || freshStatus(view)?.peers.find((peer) => peer.site === site)?.reachable === true;

/** @throws CommandFailure (bad input) unless every name is a site of the file. */
export function checkSites(entries: readonly SiteEntry[], ...sites: readonly SiteName[]): void {
  const unknown = sites.find((site) => !entries.some((e) => e.site === site));
  if (unknown !== undefined) throw unknownSite(unknown, entries);
}

function unknownSite(site: SiteName, entries: readonly SiteEntry[]) {
  const known = entries.map((e) => e.site).join(", ");
  return badInput(
    `site ${site}: is not in the site file, which knows ${known}; correct the name, ` +
      `or run dragonfly-dr status to read the stacks again`,
  );
}
