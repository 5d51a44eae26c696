import { isAbove, NO_EPOCH } from "../../contract/epochs";
import type { DiscardedData } from "../../contract/siteRole";
import type { Epoch, Milliseconds, SiteName } from "../../server/types";
import { replicaOf } from "../plan/specs";
import type { PresentView } from "../plan/view";
import type { CommandRun, FailedWrite } from "./commandRun";
import { FAILOVER_REQUEST_MS, LOST_SITE_MS } from "./siteClients";
import type { SiteRoleWatch } from "./siteRoleWatch";

/**
 * Tells old primaries that they are replicas. Beside the promotion, not before it: a site that answers is told first,
 * one that does not holds nothing up and is told when it can be read again.
 */
export class Fencing {
  private readonly done = new Set<SiteName>();
  private readonly trying = new Set<SiteName>();
  private readonly problems = new Map<SiteName, string>();
  private readonly writes: Promise<FailedWrite | null>[] = [];
  private unknown = false;

  constructor(
    private readonly epoch: Epoch,
    private readonly primary: SiteName,
    private readonly run: CommandRun,
    private readonly discarded: readonly DiscardedData[] = [],
  ) {}

  /** For the receipt: whose object was written, and who may think itself primary until it learns of the epoch. */
  get result(): { readonly written: SiteName[]; readonly notReached: SiteName[] } {
    const notReached = this.others
      .filter((watch) => !this.done.has(watch.site) && (watch.latest === null || watch.latest.spec.role === "primary"))
      .map((watch) => watch.site);
    return { written: [...this.done], notReached };
  }

  /** Whether an object was written, or may have been. */
  get hasChanged(): boolean {
    return this.done.size > 0 || this.trying.size > 0 || this.unknown;
  }

  /** Why an object could not be written, a line for each that is not written yet. */
  get failures(): string[] {
    return [...this.problems].filter(([site]) => !this.done.has(site)).map(([, problem]) => problem);
  }

  /**
   * Begins to fence `sites`, and waits a moment for them.
   * @returns why the promotion must not go on: somebody else has decided meanwhile; null when it may.
   */
  async before(sites: readonly PresentView[], within: Milliseconds): Promise<string | null> {
    const { clock } = this.run.context;
    const writes = sites.map(({ site, object }) => this.fence(this.run.clients.of(site), object, within));
    const failed = await Promise.race([Promise.all(writes), clock.after(LOST_SITE_MS).then(() => [])]);
    // The old region's refusal (5xx, 403, a webhook, a full etcd) is no reason to leave it primary.
    return failed.find((each) => each?.outcome === "changed")?.problem ?? null;
  }

  /** Waits for what is under way, so that the receipt tells what came of it. */
  async settled(): Promise<void> {
    await Promise.race([Promise.all(this.writes), this.run.context.clock.after(FAILOVER_REQUEST_MS)]);
  }

  /** Fences whoever can be read by now; does not wait for it. */
  late(): void {
    for (const watch of this.others) {
      const { latest, site } = watch;
      if (latest === null || latest.spec.role !== "primary" || this.trying.has(site)) continue;
      if (isAbove(this.epoch, latest.spec.epoch)) void this.fence(watch, latest, FAILOVER_REQUEST_MS);
    }
  }

  /** A later decision than this promotion's, as far as it can be read; null: there is none. */
  outrankedBy(): string | null {
    const specs = this.others.map((watch) => watch.latest?.spec);
    const above = specs.find((spec) => isAbove(spec?.epoch ?? NO_EPOCH, this.epoch));
    if (above === undefined) return null;
    return (
      `site ${above.site}: its object is ${above.role} at epoch ${above.epoch}, above this promotion's ` +
      `${this.epoch}`
    );
  }

  private get others(): readonly SiteRoleWatch[] {
    return this.run.clients.others(this.primary);
  }

  private fence(
    watch: SiteRoleWatch,
    object: PresentView["object"],
    within: Milliseconds,
  ): Promise<FailedWrite | null> {
    const write = this.fenceOnce(watch, object, within);
    this.writes.push(write);
    return write;
  }

  private async fenceOnce(
    watch: SiteRoleWatch,
    object: PresentView["object"],
    within: Milliseconds,
  ): Promise<FailedWrite | null> {
    const { site } = watch;
    this.trying.add(site);
    try {
      const failed = await this.run.write(
        site,
        object,
        replicaOf(site, this.epoch, this.primary, this.discarded),
        within,
      );
      if (failed === null) this.done.add(site);
      else this.problems.set(site, failed.problem);
      if (failed?.outcome === "unknown") this.unknown = true;
      return failed;
    } finally {
      this.trying.delete(site);
    }
  }
}
