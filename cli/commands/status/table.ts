import { freshStatus, statusAge, type PresentView, type SiteView } from "../../plan/view";
import { table } from "../../output/table";
import { describeDivergence } from "../../plan/divergence";
import { snapshotLines } from "./snapshots";

const HEADING = [
  "SITE",
  "ROLE",
  "EPOCH",
  "PHASE",
  "SERVING",
  "LAG",
  "IN SYNC",
  "DATA",
  "SERVER",
  "MEMORY",
  "PEERS",
  "AGE",
];

/** One row a site, then a line for each with the guard's own reason. */
export function statusTable(views: readonly SiteView[]): string {
  const reasons = views.map((v) => `${v.site}: ${reasonOf(v)}`);
  const lines = [...reasons, ...divergenceLines(views), ...snapshotLines(views)];
  return `${table([HEADING, ...views.map(row)])}\n\n${lines.join("\n")}\n`;
}

function row(view: SiteView): string[] {
  if (view.kind !== "present") return [view.site, view.kind, ...HEADING.slice(2).map(() => "-")];
  const { spec, status } = view.object;
  const age = statusAge(view);
  if (status === undefined) return [view.site, spec.role, String(spec.epoch), ...HEADING.slice(3).map(() => "-")];
  const { replication, server } = status;
  return [
    view.site,
    spec.role,
    status.epoch === spec.epoch ? String(spec.epoch) : `${spec.epoch} (acted on ${status.epoch})`,
    status.phase,
    // A guard that does not report says nothing about now.
    freshStatus(view) === null ? "unknown" : yesNo(status.serving),
    replication?.lagSeconds == null ? "-" : `${replication.lagSeconds.toFixed(1)} s`,
    spec.role === "primary" || replication === null ? "-" : yesNo(replication.inSync),
    status.dataVersion === null ? "none" : `${status.dataVersion.epoch}/${status.dataVersion.sequence}`,
    server === null ? "does not answer" : `${server.engine} ${server.version}`,
    server === null
      ? "-"
      : `${mebibytes(server.usedMemoryBytes)} of ` +
        `${server.maxMemoryBytes === 0 ? "any" : mebibytes(server.maxMemoryBytes)}`,
    status.peers.length === 0
      ? "none"
      : status.peers.map((p) => `${p.site} ${p.reachable ? "reachable" : "unreachable"}`).join(", "),
    age === null ? "-" : `${age.toFixed(0)} s`,
  ];
}

function reasonOf(view: SiteView): string {
  if (view.kind === "unreachable") return `${view.address} ${view.problem}`;
  if (view.kind === "absent") return `no object at ${view.address}`;
  return view.object.status?.reason ?? "its guard has never reported";
}

/** What a former primary had that the new one never got. */
export function divergenceLines(views: readonly SiteView[]): string[] {
  return views.flatMap((view) => {
    const divergence = view.kind === "present" ? view.object.status?.divergence : undefined;
    return divergence === undefined ? [] : [`${view.site}: ${describeDivergence(divergence)}`];
  });
}

const yesNo = (value: boolean): string => (value ? "yes" : "no");
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(bytes < 100 * 2 ** 20 ? 1 : 0)} MiB`;

/** The same for --json. */
export function statusJson(view: SiteView): Readonly<Record<string, unknown>> {
  if (view.kind !== "present")
    return {
      site: view.site,
      address: view.address,
      state: view.kind,
      ...(view.kind === "unreachable" ? { problem: view.problem } : {}),
    };
  return presentJson(view);
}

function presentJson(view: PresentView): Readonly<Record<string, unknown>> {
  const { spec, status } = view.object;
  return {
    site: view.site,
    address: view.address,
    state: "present",
    role: spec.role,
    epoch: spec.epoch,
    spec,
    status: status ?? null,
    statusAgeSeconds: statusAge(view),
  };
}
