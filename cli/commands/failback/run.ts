import type { Milliseconds, Seconds, SiteName } from "../../../server/types";
import { refused, unfinished } from "../../failure";
import { decideFailback } from "./plan";
import { decideSwitchover } from "../switchover/plan";
import { awaitFollowing } from "../../command/following";
import { checkSites, SiteClients } from "../../command/siteClients";
import { CommandRecord } from "../../command/record";
import { dryRun, type Result } from "../../command/result";
import type { CommandContext } from "../../command/context";
import { tryWrite } from "../../command/tryWrite";
import type { SiteEntry } from "../../sites/entry";
import { carryOut, settle } from "../switchover/run";

export interface FailbackOptions {
  readonly to: SiteName;
  readonly maxLag: Seconds;
  /** For the handover, as in a switchover. */
  readonly timeout: Milliseconds;
  /** How long the returning site may take to catch up. */
  readonly catchUp: Milliseconds;
  /** How long the other one may take to follow afterwards; null: it is not waited for. */
  readonly follow: Milliseconds | null;
  readonly run: "really" | "dry";
}

/** Brings a site back that was primary before: it follows, catches up, then takes over without losing a write. */
export async function failback(
  entries: readonly SiteEntry[],
  options: FailbackOptions,
  context: CommandContext,
): Promise<Result> {
  const { to } = options;
  checkSites(entries, to);
  const unfinishedRun = (await context.journal.read("failback", to)) ?? (await context.journal.read("switchover", to));
  const clients = new SiteClients(entries, context);
  try {
    const [views, leaseConflicts] = await Promise.all([
      clients.observe(),
      options.run === "dry" ? [] : clients.leases.take("refuse"),
    ]);
    const record = new CommandRecord("failback", clients, context);
    record.seen(views);
    const begin = async (plan: Parameters<typeof carryOut>[0] | null, lag: number | null): Promise<void> => {
      const startedAt = unfinishedRun?.startedAt ?? new Date(context.clock.now()).toISOString();
      await context.journal.begin({
        version: 1,
        command: "failback",
        to,
        plan,
        holder: context.holder,
        startedAt,
        lagAtStartSeconds: lag,
      });
    };

    // A handover that a killed run is in the middle of is past the catching up.
    const pending = decideSwitchover(views, to, options.maxLag, unfinishedRun?.plan ?? null);
    if (pending.kind === "proceed" && pending.resumed && leaseConflicts.length === 0 && options.run === "really") {
      record.began(unfinishedRun?.startedAt ?? null, unfinishedRun?.lagAtStartSeconds ?? null, true);
      return await carryOut(pending.plan, views, clients, record, context, options);
    }

    const verdict = decideFailback(views, to);
    if (verdict.kind === "refuse") throw refused([...verdict.reasons, ...leaseConflicts]);
    if (leaseConflicts.length > 0) throw refused(leaseConflicts);
    const { primary, rejoin } = verdict;
    if (options.run === "dry") {
      const first = rejoin === null ? [] : [`siterole/${to}: replica of ${primary} at epoch ${rejoin.spec.epoch}`];
      return dryRun(
        "failback",
        [
          ...verdict.notes,
          ...first,
          `wait until ${to} follows ${primary} in sync`,
          `switchover from ${primary} to ${to}`,
        ],
        { from: primary, to },
      );
    }
    for (const note of verdict.notes) record.note(note);
    record.moves(primary, to, "handover");
    record.began(unfinishedRun?.startedAt ?? null, null, unfinishedRun !== null);
    await begin(null, null);
    const nextStep = `run dragonfly-dr failback --to ${to} again, which goes on from here`;
    if (rejoin !== null) {
      record.steps.begin(`${to} becomes replica of ${primary} at epoch ${rejoin.spec.epoch}`);
      const failed = await tryWrite(
        clients.of(to),
        rejoin.expected,
        rejoin.spec,
        context.clock.now() + options.timeout,
      );
      if (failed !== null)
        return await record.end({
          outcome: failed.outcome === "unknown" ? "unfinished" : "rolled back",
          problems: [failed.problem],
          nextStep,
        });
    }
    const waited = await awaitFollowing([clients.of(to)], clients.of(primary), context.clock.now() + options.catchUp, {
      changes: clients.changes,
      clock: context.clock,
      steps: record.steps,
      signal: context.signal,
    });
    if (waited !== "changed") {
      const why = waited === "aborted" ? "interrupted" : `${to} is not in sync within ${options.catchUp / 1000} s`;
      const problem = `${why} (${clients.of(to).latest?.status?.reason ?? "its guard has never reported"}); ${primary} serves`;
      return await record.end({
        outcome: rejoin === null ? "rolled back" : "unfinished",
        problems: [problem],
        nextStep,
      });
    }
    // Hours may have passed: everything that a switchover asks for is looked at anew.
    const { views: now, verdict: handover } = await settle(
      clients,
      await clients.look(),
      (views) => decideSwitchover(views, to, options.maxLag),
      context,
    );
    if (handover.kind === "refuse")
      return await record.end({ outcome: "unfinished", problems: handover.reasons, nextStep });
    if (handover.kind === "withdraw")
      throw unfinished(`site ${to}: is primary by now, with a handover pending`, "look at dragonfly-dr status");
    record.began(unfinishedRun?.startedAt ?? null, handover.lagSeconds, unfinishedRun !== null);
    await begin(handover.plan, handover.lagSeconds);
    return await carryOut(handover.plan, now, clients, record, context, options);
  } finally {
    await clients.close();
  }
}
