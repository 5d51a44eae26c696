import type { SiteName } from "../../../server/types";
import { currentPrimary, freshStatus, servesAt, statusAge, type SiteView } from "../../plan/view";

/** What `status` says of the whole: no problem means that exactly one primary serves and every replica is in sync. */
export function problemsOf(views: readonly SiteView[], expected: readonly SiteName[]): string[] {
  const problems = expected
    .filter((s) => !views.some((v) => v.site === s))
    .map((s) => `site ${s}: is a peer and not in the site file; run status where its stack can be read`);
  const primary = currentPrimary(views);
  for (const view of views) {
    if (view.kind === "unreachable") problems.push(`site ${view.site}: ${view.address} ${view.problem}`);
    else if (view.kind === "absent")
      problems.push(
        `site ${view.site}: has no object; ${primary === undefined ? "run init --primary SITE" : `run failover --to ${primary.site} again, which makes it a replica`}`,
      );
    else problems.push(...problemsOfPresent(view, primary?.site ?? null));
  }
  if (primary === undefined && views.every((v) => v.kind === "present"))
    problems.push("no site's object says primary; use failover --to SITE");
  return problems;
}

function problemsOfPresent(view: Extract<SiteView, { kind: "present" }>, primary: SiteName | null): string[] {
  const { spec, status } = view.object;
  const age = statusAge(view);
  if (age === null) return [`site ${view.site}: its guard has never reported; see to its server pod`];
  if (freshStatus(view) === null)
    return [`site ${view.site}: its guard reported last ${Math.round(age)} s ago; see to its server pod`];
  if (spec.role === "primary") {
    if (view.site !== primary)
      return [
        `site ${view.site}: its object still says primary at epoch ${spec.epoch}, below ${primary}'s; run failover --to ${primary} again, which makes it a replica`,
      ];
    return servesAt(view.object, spec.epoch)
      ? []
      : [`site ${view.site}: is primary and does not serve: ${status?.reason}`];
  }
  return status?.replication?.inSync === true ? [] : [`site ${view.site}: is not in sync: ${status?.reason}`];
}
