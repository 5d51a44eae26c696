import type { Milliseconds, SiteName } from "../../server/types";
import type { Clock } from "../clock";
import type { LeaseStore } from "../kube/stores";
import { decideLease, LEASE_SECONDS } from "../plan/lease";
import { ApiRefusal, SiteUnreachable, SpecChanged } from "../kube/stores";

const RENEW_MS = ((LEASE_SECONDS * 1000) / 3) as Milliseconds;

/** Where another command is at work: `refuse` to begin, or `override` its lease. */
export type OnConflict = "refuse" | "override";

const NO_HURRY = { needed: null, over: null };

interface Held {
  readonly store: LeaseStore;
  version: string;
  /** The cluster's clock less ours, in ms. */
  readonly offset: number;
}

/**
 * The leases that tell leaseConflicts in every reachable cluster that a command is at work. Only a leases: a cluster
 * that does not
 * answer, or does not allow leases, is passed over, and every write of a role is compare-and-swap anyway.
 */
export class CommandLeases {
  private readonly held: Held[] = [];
  private readonly ending = new AbortController();
  private renewedAt: number;
  private taken = false;

  constructor(
    private readonly stores: readonly LeaseStore[],
    private readonly clock: Clock,
    private readonly holder: string,
    private readonly hasEnded: (holder: string) => boolean,
    private readonly timeout: (site: SiteName) => Milliseconds,
  ) {
    this.renewedAt = clock.now();
  }

  /**
   * Takes the leases of all clusters at once.
   * @param wait - where only one site is needed, another cluster's answer is waited for until `over` settles.
   * @returns one line for each cluster where another command is at work; then none is held.
   */
  async take(
    onConflict: OnConflict,
    { needed, over }: { readonly needed: SiteName | null; readonly over: Promise<unknown> | null } = NO_HURRY,
  ): Promise<string[]> {
    const answers = this.stores.map((store) => {
      const taken = this.takeOne(store, onConflict);
      return over === null || store.site === needed ? taken : Promise.race([taken, over.then(() => null)]);
    });
    const conflicts = (await Promise.all(answers)).filter((each) => each !== null);
    if (conflicts.length > 0) await this.release();
    else void this.keepRenewing();
    return conflicts;
  }

  /**
   * False when this command was asleep for so long, or somebody overrode it, that another one may be at work by now.
   */
  isOurs(): boolean {
    return !this.taken && this.clock.now() - this.renewedAt < LEASE_SECONDS * 1000;
  }

  async release(): Promise<void> {
    this.ending.abort();
    await Promise.all(this.held.splice(0).map((held) => this.write(held, null).catch(() => undefined)));
  }

  private async takeOne(store: LeaseStore, onConflict: OnConflict): Promise<string | null> {
    try {
      const reading = await store.read(this.timeout(store.site));
      const verdict = decideLease(reading.record, reading.clock, this.hasEnded);
      if (verdict.kind === "held" && onConflict === "refuse") return heldBy(store.site, verdict.by, verdict.forSeconds);
      const held: Held = { store, version: reading.version ?? "", offset: reading.clock - this.clock.now() };
      if (this.ending.signal.aborted) return null;
      held.version = await store.write(this.record(held, this.holder), reading.version, this.timeout(store.site));
      this.held.push(held);
      // The command has ended while this answer was under way.
      if (this.ending.signal.aborted) await this.release();
      return null;
    } catch (error) {
      if (error instanceof SpecChanged) return heldBy(store.site, "another command that has just begun", LEASE_SECONDS);
      if (error instanceof SiteUnreachable || error instanceof ApiRefusal) return null;
      throw error;
    }
  }

  private async keepRenewing(): Promise<void> {
    while (!this.ending.signal.aborted) {
      await this.clock.after(RENEW_MS, this.ending.signal);
      if (this.ending.signal.aborted) return;
      const asked = this.clock.now();
      // Asleep for longer than the lease lasts: somebody may have come meanwhile, and is not to be overwritten.
      const lapsed = asked - this.renewedAt >= LEASE_SECONDS * 1000;
      const results = await Promise.all(this.held.map((held) => this.renew(held, lapsed ? "ask-again" : "go-on")));
      if (results.includes("taken")) this.taken = true;
      if (!results.includes("unreachable")) this.renewedAt = asked;
    }
  }

  private async renew(held: Held, how: "ask-again" | "go-on"): Promise<"renewed" | "taken" | "unreachable"> {
    try {
      if (how === "ask-again") {
        const reading = await held.store.read(this.timeout(held.store.site));
        if (
          decideLease(reading.record, reading.clock, (holder) => holder === this.holder || this.hasEnded(holder))
            .kind === "held"
        )
          return "taken";
        held.version = reading.version ?? "";
      }
      held.version = await this.write(held, this.holder);
      return "renewed";
    } catch (error) {
      return error instanceof SpecChanged ? "taken" : "unreachable";
    }
  }

  private write(held: Held, holder: string | null): Promise<string> {
    return held.store.write(this.record(held, holder), held.version, this.timeout(held.store.site));
  }

  private record(held: Held, holder: string | null): { holder: string | null; renewed: number; seconds: number } {
    return { holder, renewed: this.clock.now() + held.offset, seconds: LEASE_SECONDS };
  }
}

const heldBy = (site: SiteName, holder: string, seconds: number): string =>
  `site ${site}: ${holder} is at work with dragonfly-dr (lease dragonfly-dr-command, ${seconds} s left); ` +
  "wait for it to end";
