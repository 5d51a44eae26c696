import type { SiteRoleObject, SiteRoleStatus } from "../../contract/siteRole";
import { highestFirst } from "../../contract/epochs";
import type { Seconds, SiteName } from "../../server/types";

interface Seen {
  readonly site: SiteName;
  /** The API server. */
  readonly address: string;
  /** As its stack declares them. */
  readonly peers: readonly SiteName[];
}

export interface PresentView extends Seen {
  readonly kind: "present";
  readonly object: SiteRoleObject;
  /** The site's own time in ms when the object was read. */
  readonly clock: number;
}

/** What a command knows of one site; every judgement is made of these alone. */
export type SiteView =
  | PresentView
  | (Seen & { readonly kind: "absent"; readonly clock: number })
  /** No answer, or one that does not let the object be read; `problem` is a clause for messages. */
  | (Seen & { readonly kind: "unreachable"; readonly problem: string });

/** A guard writes its status every few seconds; one older than this may be gone. */
export const STALE_STATUS_SECONDS = 15;

export const isPresent = (view: SiteView): view is PresentView => view.kind === "present";

/** Age of the status by the site's own clock; null without a status. */
export function statusAge(view: PresentView): Seconds | null {
  const written = Date.parse(view.object.status?.updatedAt ?? "");
  return Number.isNaN(written) ? null : (Math.max(0, (view.clock - written) / 1000) as Seconds);
}

/** The status while it says something about now; null when it is missing or too old. */
export function freshStatus(view: PresentView): SiteRoleStatus | null {
  const age = statusAge(view);
  return age === null || age > STALE_STATUS_SECONDS ? null : (view.object.status ?? null);
}

/**
 * The object that is primary: of several (an old primary whose object could not be reached during a failover still says
 * so)
 * the highest in (epoch, site). Undefined when none says primary.
 */
export function currentPrimary(views: readonly SiteView[]): PresentView | undefined {
  return views
    .filter(isPresent)
    .filter((v) => v.object.spec.role === "primary")
    .sort((a, b) => highestFirst(a.object.spec, b.object.spec))[0];
}

/** Whether the guard says that clients may write here, at the epoch that the object gives. */
export const servesAt = (object: SiteRoleObject | null, epoch: number): boolean =>
  object?.status !== undefined && object.status.serving && object.status.epoch === epoch;
