import type { CommandContext } from "../../command/context";
import { reasonAt, withSites, type CommandRun, type Refusal } from "../../command/commandRun";
import { awaitFollowing } from "../../command/following";
import { dryRun, type Result } from "../../command/result";
import { unfinished } from "../../failure";
import type { JournalEntry } from "../../journal";
import type { SiteView } from "../../plan/view";
import { decideSwitchover, type SwitchoverVerdict } from "../switchover/plan";
import { beginHandover, carryOut, decideWhileTransient } from "../switchover/run";
import type { FailbackOptions } from "./command";
import { decideFailback, type FailbackVerdict } from "./plan";

type CatchUp = Extract<FailbackVerdict, { kind: "proceed" }>;
type Handover = Extract<SwitchoverVerdict, { kind: "proceed" }>;
type Plan =
  { readonly kind: "catch up"; readonly verdict: CatchUp } | { readonly kind: "resume"; readonly verdict: Handover };

/** Brings a site back that was primary before: it follows, catches up, then takes over without losing a write. */
export async function failback(options: FailbackOptions, context: CommandContext): Promise<Result> {
  const { to } = options;
  const { journal } = context;
  const unfinishedRun = (await journal.read("failback", to)) ?? (await journal.read("switchover", to));
  return await withSites<Plan>(context, {
    command: "failback",
    named: [to],
    dryRun: options.dryRun,
    leases: "before",
    decide: (views) => decide(views, options, unfinishedRun),
    describe: (plan) => describe(plan, to),
    act: async (plan, run) => {
      if (plan.kind === "catch up") return await catchUp(plan.verdict, options, unfinishedRun, run);
      await beginHandover(plan.verdict, unfinishedRun, run);
      return await carryOut(plan.verdict.plan, run, options);
    },
  });
}

/** A handover that a killed run is in the middle of is past the catching up. */
function decide(
  views: readonly SiteView[],
  { to, maxLag }: FailbackOptions,
  unfinishedRun: JournalEntry | null,
): Plan | Refusal {
  const pending = decideSwitchover(views, to, maxLag, unfinishedRun?.plan ?? null);
  if (pending.kind === "proceed" && pending.resumed) return { kind: "resume", verdict: pending };
  const verdict = decideFailback(views, to);
  return verdict.kind === "refuse" ? verdict : { kind: "catch up", verdict };
}

function describe(plan: Plan, to: FailbackOptions["to"]): Result {
  if (plan.kind === "resume") {
    const { from } = plan.verdict.plan;
    return dryRun("failback", [`go on with the switchover from ${from} to ${to}`], { from, to });
  }
  const { primary, rejoin, notes } = plan.verdict;
  const first = rejoin === null ? [] : [`siterole/${to}: replica of ${primary} at epoch ${rejoin.spec.epoch}`];
  const steps = [
    ...notes,
    ...first,
    `wait until ${to} follows ${primary} in sync`,
    `switchover from ${primary} to ${to}`,
  ];
  return dryRun("failback", steps, { from: primary, to });
}

async function catchUp(
  { primary, rejoin, notes }: CatchUp,
  options: FailbackOptions,
  earlier: JournalEntry | null,
  run: CommandRun,
): Promise<Result> {
  const { to } = options;
  const { record, clients, context } = run;
  for (const note of notes) record.note(note);
  record.moves(primary, to, "handover");
  record.began(earlier, null);
  await run.beginJournal({ to, plan: null, epoch: null, lagAtStartSeconds: null }, earlier);
  const nextStep = `run dragonfly-dr failback --to ${to} again, which goes on from here`;
  if (rejoin !== null) {
    record.steps.begin(`${to} becomes replica of ${primary} at epoch ${rejoin.spec.epoch}`);
    const failed = await run.write(to, rejoin.expected, rejoin.spec, options.timeout);
    if (failed !== null) {
      const outcome = failed.outcome === "unknown" ? "unfinished" : "rolled back";
      return await record.end({ outcome, problems: [failed.problem], nextStep });
    }
  }
  const waited = await awaitFollowing([to], primary, options.catchUp, run);
  if (waited.kind !== "found") {
    const why = waited.kind === "aborted" ? "interrupted" : `${to} is not in sync within ${options.catchUp / 1000} s`;
    const problem = `${why} (${reasonAt(run, to)}); ${primary} serves`;
    return await record.end({ outcome: rejoin === null ? "rolled back" : "unfinished", problems: [problem], nextStep });
  }
  // Hours may have passed: everything that a switchover asks for is looked at anew.
  const asked = { to, maxLag: options.maxLag, unfinished: null };
  const handover = await decideWhileTransient(clients, await clients.refresh(), asked, context);
  if (handover.kind === "refuse")
    return await record.end({ outcome: "unfinished", problems: handover.reasons, nextStep });
  if (handover.kind === "withdraw")
    throw unfinished(`site ${to}: is primary by now, with a handover pending`, "look at dragonfly-dr status");
  record.began(earlier, handover.lagSeconds);
  const { plan, lagSeconds } = handover;
  await run.beginJournal({ to, plan, epoch: null, lagAtStartSeconds: lagSeconds }, earlier);
  return await carryOut(plan, run, options);
}
