import type { SiteRoleObject, SiteRoleSpec } from "../../../contract/siteRole";
import type { Milliseconds } from "../../../server/types";
import type { CommandRun } from "../../command/commandRun";
import type { SiteRoleWatch } from "../../command/siteRoleWatch";
import { ApiRefusal, SiteUnreachable } from "../../kube/stores";
import type { Steps } from "../../output/steps";
import { WriteGapMeter } from "../../output/writeGap";
import { replicaOf, resumed, takingOver, withHandover, withoutHandover } from "../../plan/specs";
import { servesAt } from "../../plan/view";
import { handoverStep, type HandoverStep } from "./handoverStep";
import type { SwitchoverPlan } from "./plan";

export type HandoverOutcome =
  /** The new primary serves, the old one's object follows it. */
  | { readonly kind: "moved" }
  /** The old primary serves: at its epoch (given up before the commit) or above the refused one (rolled back). */
  | { readonly kind: "stayed"; readonly reason: string }
  | { readonly kind: "unfinished"; readonly reason: string };

/** Between two attempts to reach a site. */
const RETRY_MS = 200 as Milliseconds;

const NEVER = new AbortController().signal;

/** Carries a handover out, step by step as the objects say (plan/handoverStep.ts), or back. */
export class HandoverRun {
  readonly gap = new WriteGapMeter();
  private deadline: number;
  private waitingFor: HandoverStep["kind"] | null = null;
  private prepared = false;
  private touched = false;
  private refusal = "";

  /**
   * @param timeout - for each of the waits: old primary ready, new primary serving, and each write.
   * @param isAlone - asked right before the commit: whether this command may still think itself alone.
   */
  constructor(
    private readonly plan: SwitchoverPlan,
    private readonly command: CommandRun,
    private readonly timeout: Milliseconds,
    private readonly isAlone: () => boolean,
  ) {
    this.deadline = command.deadline(timeout);
  }

  private get from(): SiteRoleWatch {
    return this.command.clients.of(this.plan.from);
  }

  private get to(): SiteRoleWatch {
    return this.command.clients.of(this.plan.to);
  }

  private get steps(): Steps {
    return this.command.record.steps;
  }

  /** Before the commit an interrupt takes the handover back; after it the command ends as it stands. */
  private get signal(): AbortSignal {
    return this.command.context.signal;
  }

  async run(): Promise<HandoverOutcome> {
    for (;;) {
      const { from, to } = this;
      const { revision } = this.command.clients.changes;
      this.measure();
      const outcome = await this.perform(handoverStep(this.plan, from.latest, to.latest), revision);
      if (outcome !== null) return outcome;
    }
  }

  /** Takes back a handover that was prepared and not committed. */
  async takeBack(): Promise<HandoverOutcome> {
    return await this.withdraw("taken back");
  }

  /** Lets the meter see what has come since; the old primary's close may be reported after the new one's opening. */
  measure(): void {
    this.gap.observe(this.from.latest, this.to.latest, this.plan.epoch, this.command.context.clock.now());
  }

  private async perform(step: HandoverStep, revision: number): Promise<HandoverOutcome | null> {
    const { plan, from, to, steps } = this;
    switch (step.kind) {
      case "prepare":
        return await this.prepare();
      case "await-prepared":
        this.prepared = true;
        return await this.awaitPrepared(revision);
      case "give-up":
        return await this.withdraw(step.reason);
      case "commit":
        return await this.commit(takingOver(plan.to, plan.epoch, plan.from, step.proof));
      case "await-takeover":
        return await this.awaitTakeover(revision);
      case "demote-old":
        steps.begin(`${plan.from} becomes replica of ${plan.to} at epoch ${plan.epoch}`);
        return await this.write(
          from,
          replicaOf(plan.from, plan.epoch, plan.to),
          `${plan.to} serves at epoch ${plan.epoch}; ${plan.from}'s object was not written`,
        );
      case "resume-old":
        this.refusal = step.reason;
        steps.end("failed");
        steps.begin(`roll back: ${plan.from} goes on at epoch ${plan.rollBackEpoch}`);
        return await this.write(
          from,
          resumed(plan.from, plan.rollBackEpoch, step.takeover),
          `${plan.to} refused (${step.reason}) and ${plan.from} was not told to go on`,
        );
      case "return-new":
        return await this.write(
          to,
          replicaOf(plan.to, plan.rollBackEpoch, plan.from),
          `${plan.from} goes on at epoch ${plan.rollBackEpoch}; ${plan.to}'s object was not taken back`,
        );
      case "rolled-back":
        return await this.awaitOldServing(
          plan.rollBackEpoch,
          `${plan.to} refused: ${this.refusal || (to.latest?.status?.refusal?.reason ?? "see its status")}`,
        );
      case "moved":
        return { kind: "moved" };
      case "superseded":
        return this.touched || this.prepared
          ? { kind: "unfinished", reason: `${step.reason}: somebody else has changed the roles meanwhile` }
          : { kind: "stayed", reason: step.reason };
    }
  }

  private async prepare(): Promise<HandoverOutcome | null> {
    const { plan, from, steps, signal } = this;
    if (this.prepared)
      return { kind: "stayed", reason: `the handover was taken back from site ${plan.from} by somebody else` };
    const object = from.latest;
    if (signal.aborted || object === null) return { kind: "stayed", reason: "interrupted" };
    steps.begin(`prepare ${plan.from} for the handover at epoch ${plan.epoch}`);
    this.startWaiting("prepare");
    this.touched = true;
    try {
      if ((await from.swap(object, withHandover(object.spec, plan.to, plan.epoch), this.deadline)) === "written")
        this.prepared = true;
      return null;
    } catch (error) {
      return await this.withdraw(problemOf(error));
    }
  }

  private async awaitPrepared(revision: number): Promise<HandoverOutcome | null> {
    const { from, steps, timeout } = this;
    this.startWaiting("await-prepared");
    steps.begin(`wait for ${this.plan.from} to be ready`);
    steps.tell(phaseOf(from.latest));
    const waited = await this.command.clients.changes.since(revision, this.deadline, this.signal);
    if (waited === "changed") return null;
    return await this.withdraw(
      waited === "aborted"
        ? "interrupted"
        : `${this.plan.from} was not ready within ${timeout / 1000} s (${phaseOf(from.latest)})`,
    );
  }

  private async commit(spec: SiteRoleSpec): Promise<HandoverOutcome | null> {
    const { plan, to, steps, signal } = this;
    this.prepared = true;
    if (signal.aborted) return await this.withdraw("interrupted");
    if (!this.isAlone())
      return await this.withdraw(
        "this command was stopped for so long, or its lease was overridden, that another one may be at work",
      );
    steps.begin(`${plan.to} takes over at epoch ${plan.epoch}`);
    this.startWaiting("commit");
    try {
      await to.swap(to.latest, spec, this.deadline);
      return null;
    } catch (error) {
      // Unknown outcome: the old primary must not go on, for the commit may have arrived.
      if (error instanceof SiteUnreachable && error.outcome === "unknown")
        return {
          kind: "unfinished",
          reason: `${error.message}; whether ${plan.to} was told to take over is not known`,
        };
      return await this.withdraw(problemOf(error));
    }
  }

  private async awaitTakeover(revision: number): Promise<HandoverOutcome | null> {
    const { plan, to, steps, timeout } = this;
    this.touched = true;
    if (this.waitingFor !== "commit") this.startWaiting("await-takeover");
    steps.begin(`${plan.to} takes over at epoch ${plan.epoch}`);
    steps.tell(phaseOf(to.latest));
    const waited = await this.command.clients.changes.since(revision, this.deadline, this.signal);
    if (waited === "changed") return null;
    const why = waited === "aborted" ? "interrupted" : `no word of ${plan.to} within ${timeout / 1000} s`;
    return {
      kind: "unfinished",
      reason: `${why}: it was told to take over, and neither serves nor has refused (${phaseOf(to.latest)})`,
    };
  }

  /** Before the commit: the old primary's object is put back as it was. */
  private async withdraw(reason: string): Promise<HandoverOutcome> {
    const { plan, from, steps } = this;
    const { clock } = this.command.context;
    steps.end("given up");
    steps.begin(`take the handover back from ${plan.from}`);
    const deadline = this.command.deadline(this.timeout);
    for (;;) {
      const spec = from.latest?.spec;
      if (spec === undefined || spec.handover === undefined) {
        // Not seen yet does not mean not written: the reply to the preparation may have been lost.
        const view = await from.observe();
        if (view.kind === "unreachable") {
          if (clock.now() >= deadline)
            return {
              kind: "unfinished",
              reason: `${reason}; ${view.address} ${view.problem}, so ${plan.from} may still wait for a handover`,
            };
          await clock.after(RETRY_MS);
          continue;
        }
        if (from.latest?.spec.handover === undefined) break;
        continue;
      }
      if (spec.epoch !== plan.fromEpoch || spec.handover.to !== plan.to || spec.handover.epoch !== plan.epoch)
        return { kind: "unfinished", reason: `${reason}; somebody else has changed ${plan.from}'s object meanwhile` };
      try {
        if ((await from.swap(from.latest, withoutHandover(spec), deadline)) === "written") break;
      } catch (error) {
        return {
          kind: "unfinished",
          reason: `${reason}; ${problemOf(error)}, so ${plan.from} may still wait for a handover`,
        };
      }
    }
    return await this.awaitOldServing(plan.fromEpoch, reason);
  }

  private async awaitOldServing(at: number, reason: string): Promise<HandoverOutcome> {
    const { plan, from, steps } = this;
    const serves = (): true | null => {
      if (servesAt(from.latest, at)) return true;
      steps.begin(`${plan.from} goes on`);
      steps.tell(phaseOf(from.latest));
      return null;
    };
    const waited = await this.command.until(serves, this.timeout, NEVER);
    if (waited.kind !== "found")
      return {
        kind: "unfinished",
        reason: `${reason}; ${plan.from} was told to go on and does not serve yet (${phaseOf(from.latest)})`,
      };
    // Rolled back as it should be: what failed is the step that was given up.
    steps.end("done");
    return { kind: "stayed", reason };
  }

  private async write(watch: SiteRoleWatch, spec: SiteRoleSpec, otherwise: string): Promise<HandoverOutcome | null> {
    this.touched = true;
    try {
      await watch.swap(watch.latest, spec, this.command.deadline(this.timeout));
      return null;
    } catch (error) {
      return { kind: "unfinished", reason: `${otherwise}: ${problemOf(error)}` };
    }
  }

  private startWaiting(kind: HandoverStep["kind"]): void {
    if (this.waitingFor === kind) return;
    this.waitingFor = kind;
    this.deadline = this.command.deadline(this.timeout);
  }
}

const phaseOf = (object: SiteRoleObject | null): string =>
  object?.status === undefined ? "no status" : `${object.status.phase}: ${object.status.reason}`;

function problemOf(error: unknown): string {
  if (error instanceof SiteUnreachable || error instanceof ApiRefusal) return error.message;
  throw error;
}
