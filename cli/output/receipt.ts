import type { DiscardedData, PromotionMode } from "../../contract/siteRole";
import { describeVersion } from "../plan/heldData";
import type { Role } from "../../server/types";
import type { StepRecord } from "./steps";

/** Writes that were acknowledged and are not in the new primary. */
export type Loss =
  /** A handover: the takeover or the proof of position says that nothing is missing. */
  | { readonly proven: 0 }
  /**
   * A forced promotion: at most what was acknowledged in so many seconds; null where it is not known. Counted when the
   * old primary is back (status.divergence).
   */
  | { readonly proven: null; readonly upperBoundSeconds: number | null; readonly upperBoundWrites: number | null };

/**
 * From the old primary's close to the new one's open. By the guards' clocks where they agree with this machine's within
 * a second.
 */
export interface WriteGap {
  readonly seconds: number;
  readonly clock: "guards" | "command";
}

/** What a command did; written beside the site file and printed. Fields are only ever added. */
export interface Receipt {
  readonly version: 1;
  readonly command: string;
  readonly outcome: "done" | "rolled back" | "unfinished";
  readonly from: string | null;
  readonly to: string | null;
  readonly mode: PromotionMode | null;
  /** Whether an earlier run, killed or timed out, was carried on. */
  readonly resumed: boolean;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly seconds: number;
  readonly steps: readonly StepRecord[];
  /** By site; null: no object, or not readable. */
  readonly epochs: {
    readonly before: Readonly<Record<string, number | null>>;
    readonly after: Readonly<Record<string, number | null>>;
  };
  /** By site; null: no object, or not readable. */
  readonly roles: {
    readonly before: Readonly<Record<string, Role | null>>;
    readonly after: Readonly<Record<string, Role | null>>;
  };
  /** How far the target was behind when the command began, in seconds. */
  readonly lagAtStartSeconds: number | null;
  readonly writeGap: WriteGap | null;
  readonly loss: Loss | null;
  /** Failover: whose object was written, and which sites close only when they learn of the epoch. */
  readonly fenced: { readonly written: readonly string[]; readonly notReached: readonly string[] } | null;
  readonly acceptPartial: boolean;
  /** Newer data at other sites that a failover gave up by the operator's word. */
  readonly discarded: readonly DiscardedData[];
  readonly notes: readonly string[];
  /** Why it is not done; empty when it is. */
  readonly problems: readonly string[];
  /** For an unfinished command: what to do next. */
  readonly nextStep: string | null;
}

/** `2026-11-21T01-27-17.123Z-switchover.json`: sorts by time, and every file system takes it. */
export const receiptName = (receipt: Receipt): string =>
  `${receipt.startedAt.replaceAll(":", "-")}-${receipt.command}.json`;

/** The receipt for people. */
export function describeReceipt(receipt: Receipt): string {
  const lines = [title(receipt)];
  const row = (name: string, value: string): unknown => lines.push(`  ${name.padEnd(16)}${value}`);
  const epochs = Object.keys(receipt.epochs.before).map(
    (site) => `${site} ${receipt.epochs.before[site] ?? "-"} → ${receipt.epochs.after[site] ?? "-"}`,
  );
  row("epochs", epochs.join(", "));
  row("duration", `${receipt.seconds.toFixed(3)} s`);
  if (receipt.lagAtStartSeconds !== null) row("lag at start", `${receipt.lagAtStartSeconds.toFixed(3)} s`);
  if (receipt.writeGap !== null)
    row(
      "write gap",
      `${receipt.writeGap.seconds.toFixed(3)} s (by the ` +
        `${receipt.writeGap.clock === "guards" ? "guards' clocks" : "command's clock"})`,
    );
  if (receipt.loss !== null) row("writes lost", describeLoss(receipt.loss));
  if (receipt.fenced !== null) {
    if (receipt.fenced.written.length > 0) row("fenced", receipt.fenced.written.join(", "));
    if (receipt.fenced.notReached.length > 0)
      row("not reached", `${receipt.fenced.notReached.join(", ")}: closes when it learns of the epoch`);
  }
  if (receipt.discarded.length > 0) row("given up", receipt.discarded.map(describeVersion).join(", "));
  for (const note of receipt.notes) row("note", note);
  for (const step of receipt.steps)
    row(
      "step",
      `${step.seconds.toFixed(3).padStart(8)} s  ${step.name}${step.outcome === "done" ? "" : ` (${step.outcome})`}`,
    );
  for (const problem of receipt.problems) row("problem", problem);
  if (receipt.nextStep !== null) row("next step", receipt.nextStep);
  return `${lines.join("\n")}\n`;
}

function title({ command, outcome, from, to }: Receipt): string {
  const way = from !== null && to !== null ? ` ${from} → ${to}` : to !== null ? ` ${to}` : "";
  return `${command}${way}: ${outcome}`;
}

export function describeLoss(loss: Loss): string {
  if (loss.proven === 0) return "0, proven by the handover";
  const seconds =
    loss.upperBoundSeconds === null ? "not known" : `at most those of ${loss.upperBoundSeconds.toFixed(1)} s`;
  return loss.upperBoundWrites === null ? seconds : `${seconds}, at most ${loss.upperBoundWrites}`;
}
