import type { Clock } from "../clock";
import type { DrillStore } from "../drillStore";
import type { Journal } from "../journal";
import type { LeaseStore } from "../leaseStore";
import type { Progress } from "../output/progress";
import type { Receipt } from "../output/receipt";
import type { SiteEntry } from "../sites/entry";
import type { SiteStore } from "../store";

/** Everything that a command reaches the world through; tests put a world of their own in its place. */
export interface CommandContext {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly progress: Progress;
  /** Aborts when the operator interrupts the command. */
  readonly signal: AbortSignal;
  /** This command's name on leases. */
  readonly holder: string;
  /** Whether another command's name on a lease is known to be of a process that is gone. */
  hasEnded(holder: string): boolean;
  connect(entry: SiteEntry): { readonly store: SiteStore; readonly lease: LeaseStore; readonly drills: DrillStore };
  /** Asks the operator; null where there is nobody to ask. */
  readonly confirm: ((question: string) => Promise<"yes" | "no">) | null;
  /** @returns the file that it was written to. */
  saveReceipt(receipt: Receipt): Promise<string>;
}
