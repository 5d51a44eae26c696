import type { SiteRoleObject, SiteRoleSpec } from "../../contract/siteRole";
import type { Milliseconds, SiteName } from "../../server/types";
import { refused } from "../failure";
import type { JournalEntry } from "../journal";
import { ApiRefusal, SiteUnreachable, type WriteOutcome } from "../kube/stores";
import type { SiteView } from "../plan/view";
import type { Found } from "./changes";
import type { OnConflict } from "./commandLeases";
import type { CommandContext } from "./context";
import { CommandRecord } from "./record";
import type { Result } from "./result";
import { checkSites, SiteClients } from "./siteClients";

export interface Refusal {
  readonly kind: "refuse";
  readonly reasons: readonly string[];
  readonly nextStep?: string;
}

export interface FailedWrite {
  readonly problem: string;
  readonly outcome: WriteOutcome | "changed";
}

/** What a command decides to do, with anything but `refuse` as its kind. */
interface Decided {
  readonly kind: string;
}

interface Skeleton<P extends Decided> {
  readonly command: string;
  /** As the operator named them; refused as bad input where the site file does not have them. */
  readonly named: readonly SiteName[];
  readonly dryRun: boolean;
  /** The only site that the command cannot do without; null: all are needed. */
  readonly needed?: SiteName | null;
  /** `after`: only once it is decided to go on, for where a namespace may be missing. */
  readonly leases: "before" | "after" | "none";
  readonly onConflict?: OnConflict;
  /** Pure but for reading on; called once the sites have been read. */
  readonly decide: (views: readonly SiteView[], clients: SiteClients) => Promise<P | Refusal> | P | Refusal;
  readonly describe: (plan: P) => Result;
  readonly act: (plan: P, run: CommandRun) => Promise<Result>;
}

/**
 * The skeleton of every command that changes something: read the sites and take the leases, decide, refuse with every
 * reason at once, or act. Leases are released and connections closed whatever happens.
 */
export async function withSites<P extends Decided>(context: CommandContext, skeleton: Skeleton<P>): Promise<Result> {
  checkSites(context.sites, ...skeleton.named);
  const onConflict = skeleton.dryRun || skeleton.leases === "none" ? null : (skeleton.onConflict ?? "refuse");
  const clients = new SiteClients(context.sites, context, skeleton.needed ?? null);
  try {
    const { views, leaseConflicts } = await clients.observe(skeleton.leases === "before" ? onConflict : null);
    const decision = await skeleton.decide(views, clients);
    if (isRefusal(decision)) throw refused([...decision.reasons, ...leaseConflicts], decision.nextStep ?? null);
    const conflicts =
      skeleton.leases === "after" && onConflict !== null ? await clients.leases.take(onConflict) : leaseConflicts;
    if (conflicts.length > 0) throw refused(conflicts);
    if (skeleton.dryRun) return skeleton.describe(decision);
    const run = new CommandRun(skeleton.command, clients, context, views);
    return await skeleton.act(decision, run);
  } finally {
    await clients.close();
  }
}

const isRefusal = (decision: Decided | Refusal): decision is Refusal => decision.kind === "refuse";

/** One command at work: its sites, its record, and what it may do with them. */
export class CommandRun {
  readonly record: CommandRecord;

  constructor(
    readonly command: string,
    readonly clients: SiteClients,
    readonly context: CommandContext,
    readonly views: readonly SiteView[],
  ) {
    this.record = new CommandRecord(command, clients, context);
    this.record.seen(views);
  }

  /** The time in `within`, as deadlines are given. */
  deadline(within: Milliseconds): number {
    return this.context.clock.now() + within;
  }

  /** Calls `read` now and after each change of a site, until it gives a value, `within` has passed or an interrupt. */
  until<T>(read: () => T | null, within: Milliseconds, signal = this.context.signal): Promise<Found<T>> {
    return this.clients.changes.until(read, this.deadline(within), signal);
  }

  /** Writes a spec where a failure is not the end of the command. @returns null when it is written. */
  async write(
    site: SiteName,
    expected: SiteRoleObject | null,
    spec: SiteRoleSpec,
    within: Milliseconds,
  ): Promise<FailedWrite | null> {
    try {
      if ((await this.clients.of(site).swap(expected, spec, this.deadline(within))) === "written") return null;
      return { problem: `site ${site}: its object was changed by somebody else meanwhile`, outcome: "changed" };
    } catch (error) {
      if (error instanceof SiteUnreachable) return { problem: error.message, outcome: error.outcome };
      if (error instanceof ApiRefusal) return { problem: error.message, outcome: "not written" };
      throw error;
    }
  }

  /** Notes on disk what is about to be done; a run that carries an earlier one on keeps that one's beginning. */
  async beginJournal(
    entry: Pick<JournalEntry, "to" | "plan" | "epoch" | "lagAtStartSeconds">,
    earlier: JournalEntry | null,
  ): Promise<void> {
    await this.context.journal.begin({
      version: 1,
      command: this.command,
      holder: this.context.holder,
      startedAt: earlier?.startedAt ?? new Date(this.context.clock.now()).toISOString(),
      ...entry,
    });
  }
}

/** The guard's reason at a site, for messages. */
export const reasonAt = (run: CommandRun, site: SiteName): string =>
  run.clients.of(site).latest?.status?.reason ?? "its guard has never reported";
