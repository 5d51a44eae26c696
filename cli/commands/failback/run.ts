import type { Milliseconds, Seconds, SiteName } from "../../../server/types";
import { refused, unfinished } from "../../failure";
import { judgeFailback } from "./plan";
import { judgeSwitchover } from "../switchover/plan";
import { awaitFollowing } from "../../command/following";
import { checkSites, Crew } from "../../command/siteClients";
import { CommandRecord } from "../../command/record";
import { dryRun, type Result } from "../../command/result";
import type { Tools } from "../../command/context";
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
export async function failback(entries: readonly SiteEntry[], options: FailbackOptions, tools: Tools): Promise<Result> {
  const { to } = options;
  checkSites(entries, to);
  const left = (await tools.journal.read("failback", to)) ?? (await tools.journal.read("switchover", to));
  const crew = new Crew(entries, tools);
  try {
    const [views, colleagues] = await Promise.all([
      crew.observe(),
      options.run === "dry" ? [] : crew.courtesy.take("refuse"),
    ]);
    const record = new CommandRecord("failback", crew, tools);
    record.seen(views);
    const begin = async (plan: Parameters<typeof carryOut>[0] | null, lag: number | null): Promise<void> => {
      const startedAt = left?.startedAt ?? new Date(tools.clock.now()).toISOString();
      await tools.journal.begin({
        version: 1,
        command: "failback",
        to,
        plan,
        holder: tools.holder,
        startedAt,
        lagAtStartSeconds: lag,
      });
    };

    // A handover that a killed run is in the middle of is past the catching up.
    const pending = judgeSwitchover(views, to, options.maxLag, left?.plan ?? null);
    if (pending.kind === "go" && pending.resumed && colleagues.length === 0 && options.run === "really") {
      record.began(left?.startedAt ?? null, left?.lagAtStartSeconds ?? null, true);
      return await carryOut(pending.plan, views, crew, record, tools, options);
    }

    const verdict = judgeFailback(views, to);
    if (verdict.kind === "refuse") throw refused([...verdict.reasons, ...colleagues]);
    if (colleagues.length > 0) throw refused(colleagues);
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
    record.began(left?.startedAt ?? null, null, left !== null);
    await begin(null, null);
    const wayOn = `run dragonfly-dr failback --to ${to} again, which goes on from here`;
    if (rejoin !== null) {
      record.steps.begin(`${to} becomes replica of ${primary} at epoch ${rejoin.spec.epoch}`);
      const failed = await tryWrite(crew.of(to), rejoin.judged, rejoin.spec, tools.clock.now() + options.timeout);
      if (failed !== null)
        return await record.end({
          outcome: failed.outcome === "unknown" ? "unfinished" : "rolled back",
          problems: [failed.problem],
          wayOn,
        });
    }
    const waited = await awaitFollowing([crew.of(to)], crew.of(primary), tools.clock.now() + options.catchUp, {
      changes: crew.changes,
      clock: tools.clock,
      steps: record.steps,
      signal: tools.signal,
    });
    if (waited !== "changed") {
      const why = waited === "aborted" ? "interrupted" : `${to} is not in sync within ${options.catchUp / 1000} s`;
      const problem = `${why} (${crew.of(to).latest?.status?.reason ?? "its guard has never reported"}); ${primary} serves`;
      return await record.end({ outcome: rejoin === null ? "rolled back" : "unfinished", problems: [problem], wayOn });
    }
    // Hours may have passed: everything that a switchover asks for is looked at anew.
    const { views: now, verdict: handover } = await settle(
      crew,
      await crew.look(),
      (views) => judgeSwitchover(views, to, options.maxLag),
      tools,
    );
    if (handover.kind === "refuse")
      return await record.end({ outcome: "unfinished", problems: handover.reasons, wayOn });
    if (handover.kind === "withdraw")
      throw unfinished(`site ${to}: is primary by now, with a handover pending`, "look at dragonfly-dr status");
    record.began(left?.startedAt ?? null, handover.lagSeconds, left !== null);
    await begin(handover.plan, handover.lagSeconds);
    return await carryOut(handover.plan, now, crew, record, tools, options);
  } finally {
    await crew.close();
  }
}
