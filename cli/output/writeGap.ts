import type { SiteRoleObject } from "../../contract/siteRole";
import type { WriteGap } from "./receipt";

interface Moment {
  /** By the guard's clock, ms since 1970; NaN when the guard gave none. */
  readonly guard: number;
  /** When this command saw it, by its own clock. */
  readonly seen: number;
}

/** Above this difference one of the guards' clocks is wrong, and the command's own is the better witness. */
const CLOCKS_AGREE_MS = 1_000;

/** Notes when the old primary closed and the new one opened, from the statuses as they pass by. */
export class WriteGapMeter {
  private sawServing = false;
  private closed: Moment | null = null;
  private opened: Moment | null = null;

  /** @param now - ms since 1970 by the command's clock. */
  observe(from: SiteRoleObject | null, to: SiteRoleObject | null, epoch: number, now: number): void {
    if (from?.status?.serving === true) this.sawServing = true;
    // A primary that was closed before this command looked tells nothing of when it closed.
    if (this.sawServing && this.closed === null && from?.status?.serving === false)
      this.closed = { guard: Date.parse(from.status.updatedAt), seen: now };
    if (this.opened === null && to?.status !== undefined && to.status.serving && to.status.epoch === epoch)
      this.opened = { guard: Date.parse(to.status.updatedAt), seen: now };
  }

  /** Null while not both ends have been seen. */
  result(): WriteGap | null {
    if (this.closed === null || this.opened === null) return null;
    const seen = this.opened.seen - this.closed.seen;
    const guards = this.opened.guard - this.closed.guard;
    // A server that hands over and exits is missed by its guard a moment after the other side has opened: no gap then.
    if (Math.abs(guards - seen) <= CLOCKS_AGREE_MS) return { seconds: Math.max(0, guards) / 1000, clock: "guards" };
    return { seconds: Math.max(0, seen) / 1000, clock: "command" };
  }
}
