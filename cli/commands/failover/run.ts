import type { SiteRoleStatus } from "../../../contract/siteRole";
import type { Epoch, Milliseconds, SiteName } from "../../../server/types";
import { refused } from "../../failure";
import type { Loss, Receipt } from "../../output/receipt";
import { decideFailover, type FailoverPlan, type FailoverVerdict } from "./plan";
import { forcedPrimary, replicaOf } from "../../plan/specs";
import type { PresentView } from "../../plan/view";
import { awaitServing } from "../../command/awaitServing";
import { checkSites, SiteClients, FAILOVER_REQUEST_MS, REQUEST_MS } from "../../command/siteClients";
import { Fencing } from "../../command/fencing";
import { CommandRecord } from "../../command/record";
import { dryRun, type Result } from "../../command/result";
import type { CommandContext } from "../../command/context";
import { tryWrite } from "../../command/tryWrite";
import type { SiteEntry } from "../../sites/entry";

export interface FailoverOptions {
  readonly to: SiteName;
  readonly acceptPartial: boolean;
  readonly epochAtLeast: Epoch | null;
  /**
   * How the operator stands to what a failover costs: asked on a terminal, said beforehand, or said even for a healthy
   * primary.
   */
  readonly consent: "ask" | "yes" | "force";
  readonly timeout: Milliseconds;
  readonly run: "really" | "dry";
}

type Go = Extract<FailoverVerdict, { kind: "proceed" }>;

/** Promotes a site from whatever it holds; the old primary may be gone with its cluster. */
export async function failover(
  entries: readonly SiteEntry[],
  options: FailoverOptions,
  context: CommandContext,
): Promise<Result> {
  const { to } = options;
  checkSites(entries, to);
  const unfinishedRun = await context.journal.read("failover", to);
  const clients = new SiteClients(entries, context, (site) => (site === to ? REQUEST_MS : FAILOVER_REQUEST_MS));
  try {
    await credentials(clients, to, context);
    const onConflict = options.consent === "force" ? "override" : "refuse";
    const [views, leaseConflicts] = await Promise.all([
      clients.observe(),
      options.run === "dry" ? [] : clients.leases.take(onConflict),
    ]);
    const verdict = decideFailover(views, options);
    if (verdict.kind === "refuse") throw refused([...verdict.reasons, ...leaseConflicts]);
    if (leaseConflicts.length > 0) throw refused(leaseConflicts, "--force takes the lease over");
    if (options.run === "dry")
      return dryRun("failover", describe(verdict), {
        plan: summary(verdict.plan),
        ...(verdict.kind === "proceed"
          ? { loss: verdict.loss, objection: verdict.objection, warnings: verdict.warnings }
          : {}),
      });

    const record = new CommandRecord("failover", clients, context);
    record.seen(views);
    record.moves(verdict.plan.from, to, "forced");
    if (verdict.kind === "finish") return await finish(verdict.plan, clients, record, context);
    for (const line of [verdict.loss.sentence, ...verdict.warnings]) record.note(line);
    await askConsent(verdict, options, context);
    record.began(unfinishedRun?.startedAt ?? null, verdict.loss.lagSeconds, unfinishedRun !== null);
    await context.journal.begin({
      version: 1,
      command: "failover",
      to,
      plan: null,
      holder: context.holder,
      startedAt: unfinishedRun?.startedAt ?? new Date(context.clock.now()).toISOString(),
      lagAtStartSeconds: verdict.loss.lagSeconds,
    });
    return await carryOut(verdict, clients, record, context, options);
  } finally {
    await clients.close();
  }
}

/**
 * A credential plugin may take its time, and the target's is needed anyway; the others' are waited for no more than a
 * second longer.
 */
async function credentials(clients: SiteClients, to: SiteName, context: CommandContext): Promise<void> {
  const target = clients.of(to).prepare(REQUEST_MS);
  const patience = target.then(() => context.clock.after(FAILOVER_REQUEST_MS));
  await Promise.all([
    target,
    ...clients.all.filter((f) => f.site !== to).map((f) => Promise.race([f.prepare(REQUEST_MS), patience])),
  ]);
}

/**
 * @throws CommandFailure when the operator does not want it, or has not said that a healthy primary is to be replaced.
 */
async function askConsent(
  { plan, objection }: Go,
  { consent }: FailoverOptions,
  context: CommandContext,
): Promise<void> {
  if (consent !== "ask") return;
  if (context.confirm === null) {
    if (objection !== null)
      throw refused([`${objection}; to fail over all the same, losing what ${plan.to} has not received: --yes`]);
    return;
  }
  const question = `${objection === null ? "" : `${objection}. `}Promote ${plan.to} at epoch ${plan.epoch}?`;
  if ((await context.confirm(question)) === "no") throw refused(["not confirmed"]);
}

async function carryOut(
  verdict: Go,
  clients: SiteClients,
  record: CommandRecord,
  context: CommandContext,
  options: FailoverOptions,
): Promise<Result> {
  const { plan } = verdict;
  const { steps } = record;
  const { clock } = context;
  const target = clients.of(plan.to);
  const fencing = new Fencing(
    plan.epoch,
    plan.to,
    clients.all.filter((f) => f.site !== plan.to),
  );
  const about = (): Pick<Receipt, "fenced" | "acceptPartial"> => ({
    fenced: { written: fencing.written, byThemselves: fencing.byThemselves },
    acceptPartial: options.acceptPartial,
  });
  const again = `run dragonfly-dr failover --to ${plan.to} again`;

  if (plan.fence.length > 0) {
    steps.begin(`fence ${namesOf(plan.fence)} at epoch ${plan.epoch}`);
    const objection = await fencing.before(plan.fence, clock.now() + FAILOVER_REQUEST_MS);
    if (objection !== null)
      return await record.end({
        outcome: fencing.written.length > 0 ? "unfinished" : "rolled back",
        problems: [objection],
        nextStep: again,
        ...about(),
      });
  }
  steps.begin(`promote ${plan.to} at epoch ${plan.epoch}`);
  const failed = await tryWrite(
    target,
    plan.target,
    forcedPrimary(plan.to, plan.epoch, options.acceptPartial ? "partial-accepted" : "whole"),
    clock.now() + options.timeout,
  );
  if (failed !== null) {
    const changed = fencing.written.length > 0 || failed.outcome === "unknown";
    return await record.end({
      outcome: changed ? "unfinished" : "rolled back",
      problems: [failed.problem],
      nextStep: again,
      ...about(),
    });
  }
  const problem = await awaitServing(
    { to: plan.to, epoch: plan.epoch, within: options.timeout },
    clients,
    record,
    fencing,
    context,
  );
  if (problem !== null) {
    const back =
      plan.from === null ? "" : `; to have the old primary serve again: dragonfly-dr failover --to ${plan.from}`;
    return await record.end({
      outcome: "unfinished",
      problems: [problem],
      nextStep: `${plan.to}'s object says primary at epoch ${plan.epoch}; look at dragonfly-dr status, then ${again}${back}`,
      ...about(),
    });
  }
  for (const line of await tellReplicas(plan, plan.repoint, clients, record, context))
    record.note(`${line}; ${again} when it can be reached`);
  await context.journal.end();
  return await record.end({ outcome: "done", loss: lossOf(verdict, target.latest?.status), ...about() });
}

/**
 * Objects that lag behind the promotion, or are not there: they follow the new primary. @returns a line for each that
 * failed.
 */
async function tellReplicas(
  plan: FailoverPlan,
  expected: readonly PresentView[],
  clients: SiteClients,
  record: CommandRecord,
  { clock }: CommandContext,
): Promise<string[]> {
  const problems: string[] = [];
  for (const { site, object } of [
    ...expected.map((v) => ({ site: v.site, object: v.object })),
    ...plan.introduce.map((site) => ({ site, object: null })),
  ]) {
    record.steps.begin(`${site} becomes replica of ${plan.to} at epoch ${plan.epoch}`);
    const failed = await tryWrite(
      clients.of(site),
      object,
      replicaOf(site, plan.epoch, plan.to),
      clock.now() + FAILOVER_REQUEST_MS,
    );
    if (failed !== null) problems.push(failed.problem);
  }
  return problems;
}

/** The target serves since an earlier failover; what could not be reached then is written now. */
async function finish(
  plan: FailoverPlan,
  clients: SiteClients,
  record: CommandRecord,
  context: CommandContext,
): Promise<Result> {
  record.note(
    `site ${plan.to} serves already at epoch ${plan.epoch}; ${[namesOf(plan.fence), ...plan.introduce].filter((n) => n !== "").join(", ")} did not know`,
  );
  const problems = await tellReplicas(plan, plan.fence, clients, record, context);
  const fenced = { written: plan.fence.map((v) => v.site), byThemselves: [] };
  if (problems.length > 0)
    return await record.end({
      outcome: "unfinished",
      problems,
      nextStep: `run dragonfly-dr failover --to ${plan.to} again`,
    });
  await context.journal.end();
  return await record.end({ outcome: "done", fenced });
}

function lossOf({ plan, loss }: Go, status: SiteRoleStatus | undefined): Loss {
  const promotion = status?.promotion?.epoch === plan.epoch ? status.promotion : undefined;
  return { proven: null, upperBoundSeconds: promotion?.lagSeconds ?? loss.lagSeconds, upperBoundWrites: null };
}

const namesOf = (views: readonly PresentView[]): string => views.map((v) => v.site).join(", ");

function summary({
  from,
  to,
  epoch,
  fence,
  repoint,
  introduce,
  unreachable,
}: FailoverPlan): Readonly<Record<string, unknown>> {
  return {
    from,
    to,
    epoch,
    fence: fence.map((v) => v.site),
    repoint: repoint.map((v) => v.site),
    introduce,
    unreachable,
  };
}

function describe(verdict: Exclude<FailoverVerdict, { kind: "refuse" }>): string[] {
  const { to, epoch, fence, repoint, introduce, unreachable } = verdict.plan;
  const replicas = [...repoint.map((v) => v.site), ...introduce].map(
    (site) => `siterole/${site}: replica of ${to} at epoch ${epoch}`,
  );
  const fences = fence.map((v) => `siterole/${v.site}: replica of ${to} at epoch ${epoch} (fenced)`);
  if (verdict.kind === "finish") return [...fences, ...replicas];
  return [
    verdict.loss.sentence,
    ...verdict.warnings,
    ...(verdict.objection === null ? [] : [`needs --yes: ${verdict.objection}`]),
    ...fences,
    `siterole/${to}: primary at epoch ${epoch}, forced`,
    ...replicas,
    ...unreachable.map((site) => `${site} does not answer: it closes by itself when it learns of epoch ${epoch}`),
  ];
}
