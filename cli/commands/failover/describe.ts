import { describeVersion } from "../../plan/heldData";
import type { PresentView } from "../../plan/view";
import type { FailoverVerdict } from "./plan";

type Decided = Exclude<FailoverVerdict, { kind: "refuse" }>;

export const namesOf = (views: readonly PresentView[]): string => views.map((v) => v.site).join(", ");

/** For --json of a dry run. */
export function summary(verdict: Decided): Readonly<Record<string, unknown>> {
  const { from, to, epoch, fence, repoint, introduce, discarded, unreachable } = verdict.plan;
  const plan = {
    from,
    to,
    epoch,
    fence: fence.map((v) => v.site),
    repoint: repoint.map((v) => v.site),
    introduce,
    discarded,
    unreachable,
  };
  if (verdict.kind === "finish") return { plan };
  const { loss, objections, warnings, newer } = verdict;
  return { plan, loss, objections, warnings, needsDiscard: newer };
}

export function describe(verdict: Decided): string[] {
  const { to, epoch, fence, repoint, introduce, unreachable } = verdict.plan;
  const replicas = [...repoint.map((v) => v.site), ...introduce].map(
    (site) => `siterole/${site}: replica of ${to} at epoch ${epoch}`,
  );
  const fences = fence.map((v) => `siterole/${v.site}: replica of ${to} at epoch ${epoch} (fenced)`);
  if (verdict.kind === "finish") return [...fences, ...replicas];
  return [
    verdict.loss.sentence,
    ...verdict.warnings,
    ...verdict.newer.map((data) => `needs --discard ${describeVersion(data)}: site ${data.site} holds newer data`),
    ...verdict.objections.map((objection) => `needs --yes: ${objection}`),
    ...fences,
    `siterole/${to}: primary at epoch ${epoch}, forced`,
    ...replicas,
    ...unreachable.map((site) => `${site} does not answer: it closes by itself when it learns of epoch ${epoch}`),
  ];
}
