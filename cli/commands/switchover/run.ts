import type { Milliseconds, Seconds, SiteName } from "../../../server/types";
import { refused } from "../../failure";
import { isPresent, type SiteView } from "../../plan/view";
import { replicaOf } from "../../plan/specs";
import { decideSwitchover, type SwitchoverPlan, type SwitchoverVerdict } from "./plan";
import { tryWrite } from "../../command/tryWrite";
import { awaitFollowing } from "../../command/following";
import { checkSites, SiteClients } from "../../command/siteClients";
import { HandoverRun, type HandoverOutcome } from "./handover";
import { CommandRecord } from "../../command/record";
import { dryRun, type Result } from "../../command/result";
import type { CommandContext } from "../../command/context";
import type { SiteEntry } from "../../sites/entry";

/**
 * What a busy machine or a lost packet is given to pass before a switchover is refused for it. Longer than a guard
 * takes to renew a
 * status in which only a number is new (guard/http/statusWriter.ts): a lag that has passed must have had the time to be
 * seen gone.
 */
const TRANSIENT_RETRY_MS = 7_000 as Milliseconds;

export interface SwitchoverOptions {
  readonly to: SiteName;
  readonly maxLag: Seconds;
  /** For the old primary to be ready, and for the new one to serve: each. */
  readonly timeout: Milliseconds;
  /** How long the old primary may take to follow in sync; null: it is not waited for. */
  readonly follow: Milliseconds | null;
  readonly run: "really" | "dry";
}

/** Moves the primary to a replica without losing a write. */
export async function switchover(
  entries: readonly SiteEntry[],
  options: SwitchoverOptions,
  context: CommandContext,
): Promise<Result> {
  checkSites(entries, options.to);
  const unfinishedRun = await context.journal.read("switchover", options.to);
  const clients = new SiteClients(entries, context);
  try {
    const [seen, leaseConflicts] = await Promise.all([
      clients.observe(),
      options.run === "dry" ? [] : clients.leases.take("refuse"),
    ]);
    const { views, verdict } = await settle(
      clients,
      seen,
      (views) => decideSwitchover(views, options.to, options.maxLag, unfinishedRun?.plan ?? null),
      context,
    );
    if (verdict.kind === "refuse") throw refused([...verdict.reasons, ...leaseConflicts]);
    if (leaseConflicts.length > 0) throw refused(leaseConflicts);
    if (options.run === "dry") return dryRun("switchover", describe(verdict), { plan: verdict.plan });

    const record = new CommandRecord("switchover", clients, context);
    record.seen(views);
    record.began(
      unfinishedRun?.startedAt ?? null,
      unfinishedRun?.lagAtStartSeconds ?? (verdict.kind === "proceed" ? verdict.lagSeconds : null),
      verdict.kind === "proceed" && verdict.resumed,
    );
    if (verdict.kind === "withdraw") return await withdraw(verdict.plan, clients, record, context, options);
    await context.journal.begin({
      version: 1,
      command: "switchover",
      to: options.to,
      plan: verdict.plan,
      holder: context.holder,
      startedAt: unfinishedRun?.startedAt ?? new Date(context.clock.now()).toISOString(),
      lagAtStartSeconds: verdict.lagSeconds,
    });
    return await carryOut(verdict.plan, views, clients, record, context, options);
  } finally {
    await clients.close();
  }
}

/** A refusal whose reasons may pass by themselves is decided again as the sites change, for a few seconds. */
export async function settle(
  clients: SiteClients,
  seen: readonly SiteView[],
  judge: (views: readonly SiteView[]) => SwitchoverVerdict,
  { clock, signal }: CommandContext,
): Promise<{ readonly views: readonly SiteView[]; readonly verdict: SwitchoverVerdict }> {
  const deadline = clock.now() + TRANSIENT_RETRY_MS;
  for (let views = seen; ;) {
    const { revision } = clients.changes;
    const verdict = judge(views);
    if (verdict.kind !== "refuse" || verdict.transient !== true) return { views, verdict };
    if ((await clients.changes.since(revision, deadline, signal)) !== "changed") return { views, verdict };
    views = await clients.look();
  }
}

/** The handover itself and what follows it; `failback` ends with it too. */
export async function carryOut(
  plan: SwitchoverPlan,
  views: readonly SiteView[],
  clients: SiteClients,
  record: CommandRecord,
  context: CommandContext,
  options: SwitchoverOptions,
): Promise<Result> {
  record.moves(plan.from, plan.to, "handover");
  const [from, to] = [clients.of(plan.from), clients.of(plan.to)];
  const { changes } = clients;
  const { clock, signal } = context;
  const handover = new HandoverRun(plan, {
    from,
    to,
    changes,
    clock,
    steps: record.steps,
    signal,
    timeout: options.timeout,
    isAlone: () => clients.leases.isOurs(),
  });
  const outcome = await handover.run();
  if (outcome.kind !== "moved") return await endWithoutMove(outcome, plan, record, context);

  const others = views.filter(isPresent).filter((v) => v.site !== plan.from && v.site !== plan.to);
  for (const { site, object } of others) {
    record.steps.begin(`${site} becomes replica of ${plan.to} at epoch ${plan.epoch}`);
    const failed = await tryWrite(
      clients.of(site),
      object,
      replicaOf(site, plan.epoch, plan.to),
      clock.now() + options.timeout,
    );
    if (failed !== null)
      record.note(
        `${failed.problem}; run dragonfly-dr failback --to ${site} when it can be reached, or look at status`,
      );
  }
  const loss = { proven: 0 } as const;
  const replicas = [from, ...others.map((v) => clients.of(v.site))];
  if (options.follow !== null) {
    const parts = { changes, clock, steps: record.steps, signal, onChange: () => handover.measure() };
    const waited = await awaitFollowing(replicas, to, clock.now() + options.follow, parts);
    if (waited !== "changed") {
      const problem = `${plan.to} serves; ${plan.from} does not follow it in sync yet (${from.latest?.status?.reason ?? "no status"})`;
      return await record.end({
        outcome: "unfinished",
        problems: [problem],
        nextStep: `the move itself is done; run dragonfly-dr switchover --to ${plan.to} again to wait on, or look at dragonfly-dr status`,
        loss,
        writeGap: handover.gap.result(),
      });
    }
  }
  await context.journal.end();
  return await record.end({ outcome: "done", loss, writeGap: handover.gap.result() });
}

async function endWithoutMove(
  outcome: Exclude<HandoverOutcome, { kind: "moved" }>,
  plan: SwitchoverPlan,
  record: CommandRecord,
  context: CommandContext,
): Promise<Result> {
  if (outcome.kind === "stayed") {
    await context.journal.end();
    return await record.end({ outcome: "rolled back", problems: [`${plan.from} stays primary: ${outcome.reason}`] });
  }
  const nextStep = `run dragonfly-dr switchover --to ${plan.to} again, which goes on from here; if a site is lost: dragonfly-dr failover --to ${plan.to}; to have ${plan.from} go on where ${plan.to} was not told yet: dragonfly-dr switchover --to ${plan.from}`;
  return await record.end({ outcome: "unfinished", problems: [outcome.reason], nextStep });
}

/** Takes back a handover that a command left behind before it was committed. */
async function withdraw(
  plan: SwitchoverPlan,
  clients: SiteClients,
  record: CommandRecord,
  context: CommandContext,
  options: SwitchoverOptions,
): Promise<Result> {
  record.moves(plan.to, plan.from, null);
  const parts = {
    from: clients.of(plan.from),
    to: clients.of(plan.to),
    changes: clients.changes,
    clock: context.clock,
    steps: record.steps,
    signal: context.signal,
    timeout: options.timeout,
    isAlone: () => true,
  };
  const outcome = await new HandoverRun(plan, parts).takeBack();
  if (outcome.kind !== "stayed")
    return await endWithoutMove(
      { kind: "unfinished", reason: outcome.kind === "moved" ? `${plan.to} has taken over meanwhile` : outcome.reason },
      plan,
      record,
      context,
    );
  await context.journal.end();
  record.note(`the handover to ${plan.to} is taken back; ${plan.from} serves`);
  return await record.end({ outcome: "done" });
}

function describe(verdict: Exclude<SwitchoverVerdict, { kind: "refuse" }>): string[] {
  const { from, to, epoch, fromEpoch } = verdict.plan;
  if (verdict.kind === "withdraw")
    return [
      `siterole/${from}: take the handover to ${to} at epoch ${epoch} back`,
      `${from} goes on as primary at epoch ${fromEpoch}`,
    ];
  return [
    `siterole/${from}: be ready to be replaced by ${to} at epoch ${epoch}${verdict.resumed ? " (begun already: what is done is not done again)" : ""}`,
    `siterole/${to}: primary at epoch ${epoch} by handover from ${from} (the commit point)`,
    `siterole/${from}: replica of ${to} at epoch ${epoch}`,
    `wait until ${from} follows in sync`,
  ];
}
