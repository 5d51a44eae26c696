import { awaitServing } from "../../command/awaitServing";
import { withSites, type CommandRun } from "../../command/commandRun";
import { isYes, type CommandContext } from "../../command/context";
import { Fencing } from "../../command/fencing";
import { dryRun, type Result } from "../../command/result";
import { FAILOVER_REQUEST_MS } from "../../command/siteClients";
import { badInput, refused } from "../../failure";
import type { SiteRoleObject } from "../../../contract/siteRole";
import { replicaOf, restoredPrimary, withSnapshot } from "../../plan/specs";
import { awaitRequest } from "../snapshot/awaitRequest";
import type { RestoreOptions } from "./command";
import { decideRestore, SNAPSHOT_ID, type RestorePlan, type RestoreVerdict } from "./plan";

type Proceed = Extract<RestoreVerdict, { kind: "proceed" }>;

/** Brings a site up as primary from a snapshot; every other site becomes its replica. */
export async function restore(options: RestoreOptions, context: CommandContext): Promise<Result> {
  const { from, to } = options;
  if (from !== "newest" && !SNAPSHOT_ID.test(from))
    throw badInput(`--from: "${from}" is neither newest nor a snapshot's id such as 20261121T060000Z-e3-4711`);
  return await withSites<Proceed>(context, {
    command: "restore",
    named: [to],
    dryRun: options.dryRun,
    needed: to,
    leases: "before",
    decide: (views) => decideRestore(views, options),
    describe: (verdict) => {
      const { plan, overwrites, warnings } = verdict;
      return dryRun("restore", describe(verdict), { plan: summary(plan), overwrites, warnings });
    },
    act: async (verdict, run) => {
      await askConsent(verdict, options, context);
      run.record.moves(null, to, "restored");
      for (const line of [...verdict.overwrites, ...verdict.warnings]) run.record.note(line);
      return await carryOut(verdict.plan, options, run);
    },
  });
}

/** @throws CommandFailure unless the operator agrees that all this may be overwritten. */
async function askConsent(
  { plan, overwrites }: Proceed,
  { yes }: RestoreOptions,
  { ask }: CommandContext,
): Promise<void> {
  if (yes) return;
  if (ask === null) throw refused([...overwrites, "not confirmed: there is no terminal to ask on; give --yes"]);
  const list = overwrites.map((line) => `- ${line}\n`).join("");
  if (!isYes(await ask(`${list}Restore ${plan.to} at epoch ${plan.epoch}? [y/N] `))) throw refused(["not confirmed"]);
}

async function carryOut(plan: RestorePlan, options: RestoreOptions, run: CommandRun): Promise<Result> {
  const { to, epoch } = plan;
  const { record } = run;
  const read = await readSnapshot(plan, options, run);
  if ("problem" in read) return await record.end({ outcome: read.outcome, problems: [read.problem] });

  const fencing = new Fencing(epoch, to, run);
  const fenced = () => {
    for (const line of fencing.failures) record.note(`${line}; it closes when it learns of epoch ${epoch}`);
    return { fenced: fencing.result };
  };
  const again =
    `run dragonfly-dr restore --from ${plan.from} --to ${to} again, ` +
    `or dragonfly-dr failover --to the site that is to serve what it holds`;
  if (plan.fence.length > 0) {
    record.steps.begin(`fence ${plan.fence.map((v) => v.site).join(", ")} at epoch ${epoch}`);
    const changed = await fencing.before(plan.fence, options.timeout);
    if (changed !== null)
      return await record.end({
        outcome: fencing.hasChanged ? "unfinished" : "rolled back",
        problems: [changed],
        nextStep: again,
        ...fenced(),
      });
    if (fencing.result.written.length < plan.fence.length) record.steps.end("given up");
  }
  record.steps.begin(`restore ${to} from ${read.snapshot} at epoch ${epoch}`);
  const failed = await run.write(to, read.target, restoredPrimary(to, epoch, read.snapshot), options.timeout);
  if (failed !== null)
    return await record.end({
      outcome: fencing.hasChanged || failed.outcome === "unknown" ? "unfinished" : "rolled back",
      problems: [failed.problem],
      nextStep: again,
      ...fenced(),
    });
  const problem = await awaitServing({ to, epoch, within: options.waitTimeout }, run, fencing);
  if (problem !== null)
    return await record.end({
      outcome: "unfinished",
      problems: [problem],
      nextStep: `${to}'s object is primary at epoch ${epoch}; look at dragonfly-dr status, then ${again}`,
      ...fenced(),
    });
  await fencing.settled();
  for (const { site, object } of plan.repoint) {
    record.steps.begin(`${site} becomes replica of ${to} at epoch ${epoch}`);
    const late = await run.write(site, object, replicaOf(site, epoch, to), FAILOVER_REQUEST_MS);
    if (late === null) continue;
    record.steps.end("failed");
    record.note(`${late.problem}; run dragonfly-dr failover --to ${to} when it can be reached`);
  }
  const report = run.clients.of(to).latest?.status?.snapshots?.restore;
  if (report?.epoch === epoch && report.id != null) record.note(`restored ${report.id}, ${report.bytes} bytes`);
  return await record.end({ outcome: "done", ...fenced() });
}

type ReadSnapshot =
  | { readonly snapshot: string; readonly target: SiteRoleObject }
  | { readonly problem: string; readonly outcome: "rolled back" | "unfinished" };

/** Nothing is closed before the target has found the snapshot and compared every file with the manifest. */
async function readSnapshot(
  { to, from, target }: RestorePlan,
  options: RestoreOptions,
  run: CommandRun,
): Promise<ReadSnapshot> {
  const id = new Date(run.context.clock.now()).toISOString();
  run.record.steps.begin(`${to} reads snapshot ${from} and checks it`);
  const failed = await run.write(to, target, withSnapshot(target.spec, { id, check: from }), options.timeout);
  // A request that may have been written reads a snapshot, and changes nothing else.
  if (failed !== null) return { problem: failed.problem, outcome: "rolled back" };
  const answer = await awaitRequest(to, id, options.waitTimeout, run);
  if (answer.kind !== "done") return { problem: `${answer.problem}; nothing was closed`, outcome: "rolled back" };
  if (from !== "newest" && answer.snapshot !== from) {
    const problem = `site ${to}: has read ${answer.snapshot} instead of ${from}: its pod is older than this command`;
    return { problem: `${problem}; replace its server pod, then restore again`, outcome: "rolled back" };
  }
  const latest = run.clients.of(to).latest;
  if (latest === null) return { problem: `site ${to}: its object is gone`, outcome: "rolled back" };
  return { snapshot: answer.snapshot, target: latest };
}

const summary = ({ from, to, epoch, fence, repoint, unreachable }: RestorePlan): Readonly<Record<string, unknown>> => ({
  from,
  to,
  epoch,
  fence: fence.map((v) => v.site),
  repoint: repoint.map((v) => v.site),
  unreachable,
});

function describe({ plan, overwrites, warnings }: Proceed): string[] {
  const { to, from, epoch } = plan;
  return [
    ...overwrites,
    ...warnings,
    `${to} reads snapshot ${from} and checks it; nothing is closed where that fails`,
    ...plan.fence.map((v) => `siterole/${v.site}: replica of ${to} at epoch ${epoch} (fenced)`),
    `siterole/${to}: primary at epoch ${epoch}, restored from ${from}`,
    ...plan.repoint.map((v) => `siterole/${v.site}: replica of ${to} at epoch ${epoch}`),
  ];
}
