import type { Milliseconds } from "../../server/types";
import { sinceMs } from "../server/serverRun";
import type { RoleView } from "./observation";

/** Since when this guard has seen the handover that the role object asks for. A guard that starts begins to count. */
export class HandoverClock {
  private seen: { readonly epoch: number; readonly at: number } | null = null;

  look(role: RoleView): Milliseconds {
    const epoch = role.kind === "present" ? role.spec.handover?.epoch : this.seen?.epoch;
    if (epoch === undefined) this.seen = null;
    else if (this.seen?.epoch !== epoch) this.seen = { epoch, at: performance.now() };
    return this.seen === null ? (0 as Milliseconds) : sinceMs(this.seen.at);
  }
}
