import type { SiteRoleStatus } from "../../../contract/siteRole";
import { awaitServing } from "../../command/awaitServing";
import { withSites, type CommandRun } from "../../command/commandRun";
import type { CommandContext } from "../../command/context";
import { Fencing } from "../../command/fencing";
import { dryRun, type Result } from "../../command/result";
import { FAILOVER_REQUEST_MS } from "../../command/siteClients";
import { refused } from "../../failure";
import type { Loss, Receipt } from "../../output/receipt";
import { describeVersion } from "../../plan/heldData";
import { forcedPrimary, replicaOf } from "../../plan/specs";
import type { PresentView } from "../../plan/view";
import type { FailoverOptions } from "./command";
import { askConsent, type Proceed } from "./consent";
import { describe, namesOf, summary } from "./describe";
import { decideFailover, type FailoverPlan, type FailoverVerdict } from "./plan";

/** Promotes a site from whatever it holds; the old primary may be gone with its cluster. */
export async function failover(options: FailoverOptions, context: CommandContext): Promise<Result> {
  const { to } = options;
  const unfinishedRun = await context.journal.read("failover", to);
  return await withSites<Exclude<FailoverVerdict, { kind: "refuse" }>>(context, {
    command: "failover",
    named: [to, ...options.discard.map((data) => data.site)],
    dryRun: options.dryRun,
    needed: to,
    leases: "before",
    onConflict: options.force ? "override" : "refuse",
    decide: (views) => decideFailover(views, options),
    describe: (verdict) => dryRun("failover", describe(verdict), summary(verdict)),
    act: async (verdict, run) => {
      // A promotion at another epoch is another failover, with a receipt of its own.
      const earlier = unfinishedRun?.epoch === verdict.plan.epoch ? unfinishedRun : null;
      run.record.moves(verdict.plan.from, to, "forced");
      if (verdict.kind === "finish") {
        run.record.began(earlier, null);
        return await finish(verdict.plan, run);
      }
      for (const line of [verdict.loss.sentence, ...verdict.warnings]) run.record.note(line);
      if ((await askConsent(verdict, run.views, options, context)) === "asked") await lookAgain(verdict, options, run);
      const { lagSeconds } = verdict.loss;
      run.record.began(earlier, lagSeconds);
      await run.beginJournal({ to, plan: null, epoch: verdict.plan.epoch, lagAtStartSeconds: lagSeconds }, earlier);
      return await carryOut(verdict, options, run);
    },
  });
}

/** While the operator was asked the sites went on. @throws CommandFailure when there is now a reason against it. */
async function lookAgain(verdict: Proceed, options: FailoverOptions, { clients }: CommandRun): Promise<void> {
  const { views } = await clients.observe(null);
  const now = decideFailover(views, { ...options, discard: [...options.discard, ...verdict.plan.discarded] });
  if (now.kind === "refuse") throw refused(now.reasons);
  if (now.kind === "proceed" && now.newer.length > 0)
    throw refused(now.newer.map((data) => `${describeVersion(data)} has come meanwhile; run the command again`));
}

async function carryOut(verdict: Proceed, options: FailoverOptions, run: CommandRun): Promise<Result> {
  const { plan } = verdict;
  const { record } = run;
  const fencing = new Fencing(plan.epoch, plan.to, run, plan.discarded);
  const about = (): Pick<Receipt, "fenced" | "acceptPartial" | "discarded"> => {
    for (const line of fencing.failures) record.note(`${line}; it closes when it learns of epoch ${plan.epoch}`);
    return { fenced: fencing.result, acceptPartial: options.acceptPartial, discarded: plan.discarded };
  };
  const again = `run dragonfly-dr failover --to ${plan.to} again`;

  if (plan.fence.length > 0) {
    record.steps.begin(`fence ${namesOf(plan.fence)} at epoch ${plan.epoch}`);
    const changed = await fencing.before(plan.fence, FAILOVER_REQUEST_MS);
    if (changed !== null)
      return await record.end({
        outcome: fencing.hasChanged ? "unfinished" : "rolled back",
        problems: [changed],
        nextStep: again,
        ...about(),
      });
    if (fencing.result.written.length < plan.fence.length) record.steps.end("given up");
  }
  record.steps.begin(`promote ${plan.to} at epoch ${plan.epoch}`);
  const spec = forcedPrimary(plan.to, plan.epoch, { acceptPartial: options.acceptPartial, discard: plan.discarded });
  const failed = await run.write(plan.to, plan.target, spec, options.timeout);
  if (failed !== null) {
    const changed = fencing.hasChanged || failed.outcome === "unknown";
    return await record.end({
      outcome: changed ? "unfinished" : "rolled back",
      problems: [failed.problem],
      nextStep: again,
      ...about(),
    });
  }
  const problem = await awaitServing({ to: plan.to, epoch: plan.epoch, within: options.timeout }, run, fencing);
  if (problem !== null) {
    const back =
      plan.from === null ? "" : `; to have ${plan.from} serve again: dragonfly-dr failover --to ${plan.from}`;
    const now = `${plan.to}'s object is primary at epoch ${plan.epoch}`;
    const nextStep = `${now}; see dragonfly-dr status, then ${again}${back}`;
    return await record.end({ outcome: "unfinished", problems: [problem], nextStep, ...about() });
  }
  await fencing.settled();
  for (const line of await tellReplicas(plan, plan.repoint, run))
    record.note(`${line}; ${again} when it can be reached`);
  await run.context.journal.end();
  const loss = lossOf(verdict, run.clients.of(plan.to).latest?.status);
  return await record.end({ outcome: "done", loss, ...about() });
}

/** Objects behind the promotion, or not there: they follow the new primary. @returns a line for each that failed. */
async function tellReplicas(plan: FailoverPlan, behind: readonly PresentView[], run: CommandRun): Promise<string[]> {
  const problems: string[] = [];
  const sites = [
    ...behind.map((v) => ({ site: v.site, object: v.object })),
    ...plan.introduce.map((site) => ({ site, object: null })),
  ];
  for (const { site, object } of sites) {
    run.record.steps.begin(`${site} becomes replica of ${plan.to} at epoch ${plan.epoch}`);
    const failed = await run.write(
      site,
      object,
      replicaOf(site, plan.epoch, plan.to, plan.discarded),
      FAILOVER_REQUEST_MS,
    );
    if (failed === null) continue;
    run.record.steps.end("failed");
    problems.push(failed.problem);
  }
  return problems;
}

/** The target serves since an earlier failover; what could not be reached then is written now. */
async function finish(plan: FailoverPlan, run: CommandRun): Promise<Result> {
  const { record } = run;
  const unaware = [...plan.fence.map((view) => view.site), ...plan.introduce];
  record.note(`site ${plan.to} serves already at epoch ${plan.epoch}; ${unaware.join(", ")} did not know`);
  const problems = await tellReplicas(plan, plan.fence, run);
  if (problems.length > 0)
    return await record.end({
      outcome: "unfinished",
      problems,
      nextStep: `run dragonfly-dr failover --to ${plan.to} again`,
    });
  await run.context.journal.end();
  return await record.end({ outcome: "done", fenced: { written: plan.fence.map((v) => v.site), notReached: [] } });
}

/** What the guard measured at the promotion, less the time in which the old primary served nobody. */
function lossOf({ plan, loss }: Proceed, status: SiteRoleStatus | undefined): Loss {
  const promotion = status?.promotion?.epoch === plan.epoch ? status.promotion : undefined;
  const measured = promotion?.lagSeconds ?? null;
  const { atRiskSeconds, closedForSeconds } = loss;
  const upperBoundSeconds =
    measured === null
      ? atRiskSeconds
      : closedForSeconds === null
        ? measured
        : Math.min(measured, atRiskSeconds ?? measured);
  return { proven: null, upperBoundSeconds, upperBoundWrites: null };
}
