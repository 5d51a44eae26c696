import type { Clock } from "../clock";
import type { Journal } from "../journal";
import type { DrillStore, LeaseStore, SiteStore } from "../kube/stores";
import type { Progress } from "../output/progress";
import type { Receipt } from "../output/receipt";
import type { SiteEntry } from "../sites/entry";

/** The sites, and everything that a command reaches the world through; tests put a world of their own in its place. */
export interface CommandContext {
  readonly sites: readonly SiteEntry[];
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
  /** Writes to standard output, for a command that shows something before it ends. */
  print(text: string): void;
  /** Asks the operator and gives the answer as typed; null where there is nobody to ask. */
  readonly ask: ((question: string) => Promise<string>) | null;
  /** @returns the file that it was written to. */
  saveReceipt(receipt: Receipt): Promise<string>;
  /** For commands that read or write files themselves (`render`, `check`, `receipts`). */
  readonly folders: { readonly cwd: string; readonly state: string };
}

export const isYes = (answer: string): boolean => /^y(es)?$/i.test(answer.trim());
