import type { Milliseconds, SiteName } from "../../../server/types";
import { badInput, refused } from "../../failure";
import { decideRestore, SNAPSHOT_ID, type RestorePlan, type RestoreVerdict } from "./plan";
import { replicaOf, restoredPrimary } from "../../plan/specs";
import { awaitServing } from "../../command/awaitServing";
import { checkSites, SiteClients, FAILOVER_REQUEST_MS } from "../../command/siteClients";
import { Fencing } from "../../command/fencing";
import { CommandRecord } from "../../command/record";
import { dryRun, type Result } from "../../command/result";
import type { CommandContext } from "../../command/context";
import { tryWrite } from "../../command/tryWrite";
import type { SiteEntry } from "../../sites/entry";

export interface RestoreOptions {
  /** A snapshot's id, or "newest". */
  readonly from: string;
  readonly to: SiteName;
  readonly consent: "ask" | "yes";
  /** For each write. */
  readonly timeout: Milliseconds;
  /** For the snapshot to be fetched and loaded. */
  readonly wait: Milliseconds;
  readonly run: "really" | "dry";
}

type Go = Extract<RestoreVerdict, { kind: "proceed" }>;

/** Brings a site up as primary from a snapshot; every other site becomes its replica. */
export async function restore(
  entries: readonly SiteEntry[],
  options: RestoreOptions,
  context: CommandContext,
): Promise<Result> {
  checkSites(entries, options.to);
  if (options.from !== "newest" && !SNAPSHOT_ID.test(options.from))
    throw badInput(`--from: "${options.from}" is neither newest nor a snapshot's id such as 20261121T060000Z-e3-4711`);
  const clients = new SiteClients(entries, context);
  try {
    const [views, leaseConflicts] = await Promise.all([
      clients.observe(),
      options.run === "dry" ? [] : clients.leases.take("refuse"),
    ]);
    const verdict = decideRestore(views, options);
    if (verdict.kind === "refuse") throw refused([...verdict.reasons, ...leaseConflicts]);
    if (leaseConflicts.length > 0) throw refused(leaseConflicts);
    if (options.run === "dry")
      return dryRun("restore", describe(verdict), {
        plan: summary(verdict.plan),
        overwrites: verdict.overwrites,
        warnings: verdict.warnings,
      });

    await askConsent(verdict, options, context);
    const record = new CommandRecord("restore", clients, context);
    record.seen(views);
    record.moves(null, options.to, "restored");
    for (const line of [...verdict.overwrites, ...verdict.warnings]) record.note(line);
    return await carryOut(verdict.plan, clients, record, context, options);
  } finally {
    await clients.close();
  }
}

/** @throws CommandFailure unless the operator has said that all this may be overwritten. */
async function askConsent(
  { plan, overwrites }: Go,
  { consent }: RestoreOptions,
  context: CommandContext,
): Promise<void> {
  if (consent === "yes") return;
  if (context.confirm === null)
    throw refused([...overwrites, "not confirmed: there is no terminal to ask on; give --yes"]);
  const question = `${overwrites.map((line) => `- ${line}\n`).join("")}Restore ${plan.to} at epoch ${plan.epoch}?`;
  if ((await context.confirm(question)) === "no") throw refused(["not confirmed"]);
}

async function carryOut(
  plan: RestorePlan,
  clients: SiteClients,
  record: CommandRecord,
  context: CommandContext,
  options: RestoreOptions,
): Promise<Result> {
  const { steps } = record;
  const { clock } = context;
  const { to, epoch } = plan;
  const fencing = new Fencing(
    epoch,
    to,
    clients.all.filter((f) => f.site !== to),
  );
  const fenced = () => ({ fenced: { written: fencing.written, byThemselves: fencing.byThemselves } });
  const again = `run dragonfly-dr restore --from ${plan.from} --to ${to} again, or dragonfly-dr failover --to the site that is to serve what it holds`;
  if (plan.fence.length > 0) {
    steps.begin(`fence ${plan.fence.map((v) => v.site).join(", ")} at epoch ${epoch}`);
    const objection = await fencing.before(plan.fence, clock.now() + options.timeout);
    if (objection !== null)
      return await record.end({
        outcome: fencing.written.length > 0 ? "unfinished" : "rolled back",
        problems: [objection],
        nextStep: again,
        ...fenced(),
      });
  }
  steps.begin(`restore ${to} from ${plan.from} at epoch ${epoch}`);
  const failed = await tryWrite(
    clients.of(to),
    plan.target,
    restoredPrimary(to, epoch, plan.from),
    clock.now() + options.timeout,
  );
  if (failed !== null) {
    const changed = fencing.written.length > 0 || failed.outcome === "unknown";
    return await record.end({
      outcome: changed ? "unfinished" : "rolled back",
      problems: [failed.problem],
      nextStep: again,
      ...fenced(),
    });
  }
  const problem = await awaitServing(
    { to: plan.to, epoch: plan.epoch, within: options.wait },
    clients,
    record,
    fencing,
    context,
  );
  if (problem !== null)
    return await record.end({
      outcome: "unfinished",
      problems: [problem],
      nextStep: `${to}'s object says primary at epoch ${epoch}; look at dragonfly-dr status, then ${again}`,
      ...fenced(),
    });
  for (const { site, object } of plan.repoint) {
    steps.begin(`${site} becomes replica of ${to} at epoch ${epoch}`);
    const late = await tryWrite(
      clients.of(site),
      object,
      replicaOf(site, epoch, to),
      clock.now() + FAILOVER_REQUEST_MS,
    );
    if (late !== null) record.note(`${late.problem}; run dragonfly-dr failover --to ${to} when it can be reached`);
  }
  const report = clients.of(to).latest?.status?.snapshots?.restore;
  if (report?.epoch === epoch && report.id != null) record.note(`restored ${report.id}, ${report.bytes} bytes`);
  return await record.end({ outcome: "done", ...fenced() });
}

const summary = ({ from, to, epoch, fence, repoint, unreachable }: RestorePlan): Readonly<Record<string, unknown>> => ({
  from,
  to,
  epoch,
  fence: fence.map((v) => v.site),
  repoint: repoint.map((v) => v.site),
  unreachable,
});

function describe({ plan, overwrites, warnings }: Go): string[] {
  const { to, from, epoch } = plan;
  return [
    ...overwrites,
    ...warnings,
    ...plan.fence.map((v) => `siterole/${v.site}: replica of ${to} at epoch ${epoch} (fenced)`),
    `siterole/${to}: primary at epoch ${epoch}, restored from ${from}`,
    ...plan.repoint.map((v) => `siterole/${v.site}: replica of ${to} at epoch ${epoch}`),
  ];
}
