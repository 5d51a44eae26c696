import type { SiteRoleSpec } from "../contract/siteRole";
import { isRecord } from "../server/records";

/** Equal whatever the order of their fields: the API server orders them its own way. */
export function sameSpec(a: SiteRoleSpec, b: SiteRoleSpec): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) =>
    isRecord(field) ? Object.fromEntries(Object.entries(field).sort(([x], [y]) => (x < y ? -1 : 1))) : field,
  );
}
