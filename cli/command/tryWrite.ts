import type { SiteRoleObject, SiteRoleSpec } from "../../contract/siteRole";
import type { SiteRoleWatch } from "./siteRoleWatch";
import { ApiRefusal, SiteUnreachable } from "../store";

export interface FailedWrite {
  readonly problem: string;
  readonly outcome: "not written" | "unknown" | "changed";
}

/** Writes a spec where a failure is not the end of the command. @returns null when it is written. */
export async function tryWrite(
  watch: SiteRoleWatch,
  expected: SiteRoleObject | null,
  spec: SiteRoleSpec,
  deadline: number,
): Promise<FailedWrite | null> {
  try {
    if ((await watch.swap(expected, spec, deadline)) === "written") return null;
    return { problem: `site ${watch.site}: its object was changed by somebody else meanwhile`, outcome: "changed" };
  } catch (error) {
    if (error instanceof SiteUnreachable) return { problem: error.message, outcome: "unknown" };
    if (error instanceof ApiRefusal) return { problem: error.message, outcome: "not written" };
    throw error;
  }
}
