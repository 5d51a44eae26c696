import type { DrillState, DrillStore } from "../../../cli/kube/stores";
import { SiteUnreachable } from "../../../cli/kube/stores";
import type { SiteName } from "../../../server/types";

/** What the next drill of each site comes to; without an entry it is proven. */
export const drillEndings = new Map<SiteName, DrillState>();

/** Looks of a site that get no answer, after the first. */
export const unanswered = new Map<SiteName, number>();

/** A drill that runs for one look and then ends. */
export class MemoryDrills implements DrillStore {
  private looks = 0;
  constructor(readonly site: SiteName) {}

  async start(suffix: string): Promise<string> {
    return `dragonfly-drill-${suffix}`;
  }

  async state(): Promise<DrillState> {
    if (this.looks++ === 0) return { kind: "running", detail: "fetch runs" };
    if (this.looks - 2 < (unanswered.get(this.site) ?? 0))
      throw new SiteUnreachable(this.site, "https://its.example:6443", "does not answer within 5 s");
    const report = {
      version: 1,
      site: this.site,
      snapshot: "20261121T060000Z-e1-3",
      time: "2026-11-21T06:10:00Z",
      outcome: "proven",
      problems: [],
      bytes: 1_000,
      keys: 3,
      sampled: 3,
      seconds: 2,
    } as const;
    return drillEndings.get(this.site) ?? { kind: "ended", outcome: "succeeded", report, detail: "" };
  }
}
