import type { SiteRoleObject } from "../../contract/siteRole";
import type { Epoch, SiteName } from "../../server/types";
import type { SiteRoleWatch } from "./siteRoleWatch";
import { replicaOf } from "../plan/specs";
import { tryWrite } from "./tryWrite";

/**
 * Tells old primaries that they are replicas: before the promotion where they answer, and after it if they come back
 * meanwhile.
 */
export class Fencing {
  private readonly done = new Set<SiteName>();
  private readonly trying = new Set<SiteName>();

  constructor(
    private readonly epoch: Epoch,
    private readonly primary: SiteName,
    private readonly others: readonly SiteRoleWatch[],
  ) {}

  get written(): SiteName[] {
    return [...this.done];
  }

  /** Those who have not been told and may think themselves primary. */
  get byThemselves(): SiteName[] {
    return this.others
      .filter((f) => !this.done.has(f.site) && (f.latest === null || f.latest.spec.role === "primary"))
      .map((f) => f.site);
  }

  /**
   * Fences `sites` until the time `deadline`; one that does not answer is left to fence itself.
   * @returns why the promotion must not go on: somebody else has decided meanwhile; null when it may.
   */
  async before(
    sites: readonly { readonly site: SiteName; readonly object: SiteRoleObject }[],
    deadline: number,
  ): Promise<string | null> {
    const problems = await Promise.all(
      sites.map(async ({ site, object }) => {
        const watch = this.others.find((f) => f.site === site);
        if (watch === undefined) return null;
        const failed = await this.fence(watch, object, deadline);
        return failed?.outcome === "changed" || failed?.outcome === "not written" ? failed.problem : null;
      }),
    );
    return problems.find((p) => p !== null) ?? null;
  }

  /** Fences whoever can be read by now; does not wait for it. */
  late(deadline: number): void {
    for (const watch of this.others) {
      const object = watch.latest;
      if (
        object === null ||
        object.spec.role !== "primary" ||
        object.spec.epoch >= this.epoch ||
        this.trying.has(watch.site)
      )
        continue;
      void this.fence(watch, object, deadline);
    }
  }

  private async fence(watch: SiteRoleWatch, object: SiteRoleObject, deadline: number): ReturnType<typeof tryWrite> {
    this.trying.add(watch.site);
    try {
      const failed = await tryWrite(watch, object, replicaOf(watch.site, this.epoch, this.primary), deadline);
      if (failed === null) this.done.add(watch.site);
      return failed;
    } finally {
      this.trying.delete(watch.site);
    }
  }
}
