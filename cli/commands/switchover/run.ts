import type { Milliseconds, Seconds } from "../../../server/types";
import type { CommandContext } from "../../command/context";
import { withSites, type CommandRun } from "../../command/commandRun";
import { awaitFollowing } from "../../command/following";
import { reasonAt } from "../../command/commandRun";
import { dryRun, type Result } from "../../command/result";
import type { SiteClients } from "../../command/siteClients";
import type { JournalEntry } from "../../journal";
import { replicaOf } from "../../plan/specs";
import { isPresent, type SiteView } from "../../plan/view";
import type { SwitchoverOptions } from "./command";
import { HandoverRun, type HandoverOutcome } from "./handover";
import { decideSwitchover, type SwitchoverPlan, type SwitchoverVerdict } from "./plan";

/**
 * What a busy machine or a lost packet is given to recover before a switchover is refused for it. Longer than a guard
 * takes to renew a status in which only a number is new (guard/http/statusWriter.ts).
 */
const TRANSIENT_RETRY_MS = 7_000 as Milliseconds;

export interface HandoverWaits {
  readonly timeout: Milliseconds;
  readonly wait: boolean;
  readonly waitTimeout: Milliseconds;
}

/** Moves the primary to a replica without losing a write. */
export async function switchover(options: SwitchoverOptions, context: CommandContext): Promise<Result> {
  const { to, maxLag } = options;
  const unfinishedRun = await context.journal.read("switchover", to);
  return await withSites<Exclude<SwitchoverVerdict, { kind: "refuse" }>>(context, {
    command: "switchover",
    named: [to],
    dryRun: options.dryRun,
    leases: "before",
    decide: (views, clients) =>
      decideWhileTransient(clients, views, { to, maxLag, unfinished: unfinishedRun?.plan ?? null }, context),
    describe: (verdict) => dryRun("switchover", describe(verdict), { plan: verdict.plan }),
    act: async (verdict, run) => {
      if (verdict.kind === "withdraw") return await withdraw(verdict.plan, run, options);
      const earlier = verdict.resumed ? unfinishedRun : null;
      await beginHandover(verdict, earlier, run);
      return await carryOut(verdict.plan, run, options);
    },
  });
}

/** Before a handover's first change: the journal and the record say so. */
export async function beginHandover(
  verdict: Extract<SwitchoverVerdict, { kind: "proceed" }>,
  earlier: JournalEntry | null,
  run: CommandRun,
): Promise<void> {
  run.record.began(earlier, verdict.lagSeconds);
  if (verdict.resumed) run.record.resumes();
  const { plan, lagSeconds } = verdict;
  const lagAtStartSeconds = earlier?.lagAtStartSeconds ?? lagSeconds;
  await run.beginJournal({ to: plan.to, plan, epoch: null, lagAtStartSeconds }, earlier);
}

interface Asked {
  readonly to: SwitchoverOptions["to"];
  readonly maxLag: Seconds;
  readonly unfinished: SwitchoverPlan | null;
}

/** A refusal whose reasons may pass by themselves is decided again as the sites change, for a few seconds. */
export async function decideWhileTransient(
  clients: SiteClients,
  seen: readonly SiteView[],
  { to, maxLag, unfinished }: Asked,
  { clock, signal }: CommandContext,
): Promise<SwitchoverVerdict> {
  const deadline = clock.now() + TRANSIENT_RETRY_MS;
  for (let views = seen; ;) {
    const { revision } = clients.changes;
    const verdict = decideSwitchover(views, to, maxLag, unfinished);
    if (verdict.kind !== "refuse" || verdict.transient !== true) return verdict;
    if ((await clients.changes.since(revision, deadline, signal)) !== "changed") return verdict;
    views = await clients.refresh();
  }
}

/** The handover itself and what follows it; `failback` ends with it too. */
export async function carryOut(plan: SwitchoverPlan, run: CommandRun, options: HandoverWaits): Promise<Result> {
  const { clients, record, context } = run;
  record.moves(plan.from, plan.to, "handover");
  const handover = new HandoverRun(plan, run, options.timeout, () => clients.leases.isOurs());
  const outcome = await handover.run();
  if (outcome.kind !== "moved") return await endWithoutMove(outcome, plan, run);

  const others = run.views.filter(isPresent).filter((v) => v.site !== plan.from && v.site !== plan.to);
  for (const { site, object } of others) {
    record.steps.begin(`${site} becomes replica of ${plan.to} at epoch ${plan.epoch}`);
    const failed = await run.write(site, object, replicaOf(site, plan.epoch, plan.to), options.timeout);
    if (failed === null) continue;
    record.steps.end("failed");
    record.note(`${failed.problem}; run dragonfly-dr failback --to ${site} when it can be reached, or look at status`);
  }
  const loss = { proven: 0 } as const;
  if (options.wait) {
    const replicas = [plan.from, ...others.map((view) => view.site)];
    const waited = await awaitFollowing(replicas, plan.to, options.waitTimeout, run, () => handover.measure());
    if (waited.kind !== "found") {
      const problem = `${plan.to} serves; ${plan.from} does not follow it in sync yet (${reasonAt(run, plan.from)})`;
      const nextStep =
        `the primary has moved; run dragonfly-dr switchover --to ${plan.to} again to wait on, ` +
        `or look at dragonfly-dr status`;
      const writeGap = handover.gap.result();
      return await record.end({ outcome: "unfinished", problems: [problem], nextStep, loss, writeGap });
    }
  }
  await context.journal.end();
  return await record.end({ outcome: "done", loss, writeGap: handover.gap.result() });
}

async function endWithoutMove(
  outcome: Exclude<HandoverOutcome, { kind: "moved" }>,
  plan: SwitchoverPlan,
  { record, context }: CommandRun,
): Promise<Result> {
  if (outcome.kind === "stayed") {
    await context.journal.end();
    return await record.end({ outcome: "rolled back", problems: [`${plan.from} stays primary: ${outcome.reason}`] });
  }
  const nextStep =
    `run dragonfly-dr switchover --to ${plan.to} again, which goes on from here; ` +
    `to have ${plan.from} go on where ${plan.to} was not told yet: dragonfly-dr switchover --to ${plan.from}; ` +
    `if ${plan.from} is lost: dragonfly-dr failover --to ${plan.to}`;
  return await record.end({ outcome: "unfinished", problems: [outcome.reason], nextStep });
}

/** Takes back a handover that a command left behind before it was committed. */
async function withdraw(plan: SwitchoverPlan, run: CommandRun, options: HandoverWaits): Promise<Result> {
  run.record.moves(plan.to, plan.from, null);
  const outcome = await new HandoverRun(plan, run, options.timeout, () => true).takeBack();
  if (outcome.kind !== "stayed") {
    const reason = outcome.kind === "moved" ? `${plan.to} has taken over meanwhile` : outcome.reason;
    return await endWithoutMove({ kind: "unfinished", reason }, plan, run);
  }
  await run.context.journal.end();
  run.record.note(`the handover to ${plan.to} is taken back; ${plan.from} serves`);
  return await run.record.end({ outcome: "done" });
}

function describe(verdict: Exclude<SwitchoverVerdict, { kind: "refuse" }>): string[] {
  const { from, to, epoch, fromEpoch } = verdict.plan;
  if (verdict.kind === "withdraw")
    return [
      `siterole/${from}: take the handover to ${to} at epoch ${epoch} back`,
      `${from} goes on as primary at epoch ${fromEpoch}`,
    ];
  const begun = verdict.resumed ? " (begun already: what is done is not done again)" : "";
  return [
    `siterole/${from}: prepare for the handover to ${to} at epoch ${epoch}${begun}`,
    `siterole/${to}: primary at epoch ${epoch} by handover from ${from} (the commit point)`,
    `siterole/${from}: replica of ${to} at epoch ${epoch}`,
    `wait until ${from} follows in sync`,
  ];
}
