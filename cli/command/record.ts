import type { PromotionMode } from "../../contract/siteRole";
import type { SiteName } from "../../server/types";
import type { JournalEntry } from "../journal";
import { Steps } from "../output/steps";
import { describeReceipt, type Loss, type Receipt, type WriteGap } from "../output/receipt";
import type { SiteView } from "../plan/view";
import type { SiteClients } from "./siteClients";
import { exitCodeOf, type Result } from "./result";
import type { CommandContext } from "./context";

type Ending = Pick<Receipt, "outcome"> &
  Partial<Pick<Receipt, "problems" | "nextStep" | "loss" | "writeGap" | "fenced" | "acceptPartial" | "discarded">>;

/** Gathers what the receipt of one command says while it runs. */
export class CommandRecord {
  readonly steps: Steps;
  private readonly notes: string[] = [];
  private readonly since: number;
  private rolesBefore: Receipt["roles"]["before"] = {};
  private before: Receipt["epochs"]["before"] = {};
  private roles: { from: SiteName | null; to: SiteName; mode: PromotionMode | null } | null = null;
  private begun: { startedAt: string | null; lag: number | null; resumed: boolean } = {
    startedAt: null,
    lag: null,
    resumed: false,
  };

  constructor(
    private readonly command: string,
    private readonly clients: SiteClients,
    private readonly context: CommandContext,
  ) {
    this.steps = new Steps(context.clock, context.progress);
    this.since = context.clock.now();
  }

  /** The sites as they were before anything was changed. */
  seen(views: readonly SiteView[]): void {
    this.rolesBefore = Object.fromEntries(views.map((v) => [v.site, v.kind === "present" ? v.object.spec.role : null]));
    this.before = Object.fromEntries(views.map((v) => [v.site, v.kind === "present" ? v.object.spec.epoch : null]));
  }

  moves(from: SiteName | null, to: SiteName, mode: PromotionMode | null): void {
    this.roles = { from, to, mode };
  }

  /** @param earlier - the run that this one carries on; null: this is a new one. */
  began(earlier: Pick<JournalEntry, "startedAt" | "lagAtStartSeconds"> | null, lag: number | null): void {
    this.begun = {
      startedAt: earlier?.startedAt ?? null,
      lag: earlier?.lagAtStartSeconds ?? lag,
      resumed: earlier !== null,
    };
  }

  /** A run that carries on what the objects show, without a journal of its beginning. */
  resumes(): void {
    this.begun = { ...this.begun, resumed: true };
  }

  note(line: string): void {
    if (this.notes.includes(line)) return;
    this.notes.push(line);
    this.steps.note(line);
  }

  /**
   * Ends the running step, which failed unless the command is done, writes the receipt and gives the command's result.
   */
  async end(ending: Ending): Promise<Result> {
    this.steps.end(ending.outcome === "done" ? "done" : "failed");
    const now = this.context.clock.now();
    const startedAt = this.begun.startedAt ?? new Date(this.since).toISOString();
    const receipt: Receipt = {
      version: 1,
      command: this.command,
      outcome: ending.outcome,
      from: this.roles?.from ?? null,
      to: this.roles?.to ?? null,
      mode: this.roles?.mode ?? null,
      resumed: this.begun.resumed,
      startedAt,
      finishedAt: new Date(now).toISOString(),
      seconds: (now - Date.parse(startedAt)) / 1000,
      steps: this.steps.records,
      epochs: {
        before: this.before,
        after: Object.fromEntries(this.clients.all.map((f) => [f.site, f.latest?.spec.epoch ?? null])),
      },
      roles: {
        before: this.rolesBefore,
        after: Object.fromEntries(this.clients.all.map((watch) => [watch.site, watch.latest?.spec.role ?? null])),
      },
      lagAtStartSeconds: this.begun.lag,
      writeGap: (ending.writeGap ?? null) satisfies WriteGap | null,
      loss: (ending.loss ?? null) satisfies Loss | null,
      fenced: ending.fenced ?? null,
      acceptPartial: ending.acceptPartial ?? false,
      discarded: ending.discarded ?? [],
      notes: this.notes,
      problems: ending.problems ?? [],
      nextStep: ending.nextStep ?? null,
    };
    const file = await this.context.saveReceipt(receipt);
    return {
      code: exitCodeOf(receipt),
      json: receipt,
      text: `${describeReceipt(receipt)}  ${"receipt".padEnd(16)}${file}\n`,
    };
  }
}
