import { NotUnderstood } from "../../contract/parse";
import { parseSiteRole, SITE_ROLE, type SiteRoleObject } from "../../contract/siteRole";
import { recordOf } from "../../server/records";
import type { SiteName } from "../../server/types";
import { ApiRefusal } from "../store";
import type { ApiAnswer } from "./api";

/** The server's own words, in one line. */
export function reasonOf({ status, body }: ApiAnswer): string {
  const { message } = recordOf(body);
  const causes = recordOf(recordOf(body)["details"])["causes"];
  const details = Array.isArray(causes)
    ? causes.map((c) => recordOf(c)["message"]).filter((m) => typeof m === "string")
    : [];
  const said =
    typeof message === "string" && message !== "" ? message : typeof body === "string" ? body.trim().slice(0, 200) : "";
  return [`the API server says ${status}: ${said}`, ...details.filter((d) => !said.includes(d))]
    .join("; ")
    .replaceAll("\n", " ");
}

/** A 404 for the path and not for an object: the kind is not known there. */
export const isUnknownKind = ({ status, body }: ApiAnswer): boolean =>
  status === 404 && recordOf(body)["kind"] !== "Status";

export function isNotFound({ status, body }: ApiAnswer): boolean {
  return status === 404 && recordOf(body)["kind"] === "Status";
}

/** @throws ApiRefusal unless the body is a role object that this version understands: a role is not guessed. */
export function roleObject(site: SiteName, body: unknown): SiteRoleObject {
  const { kind, metadata, spec } = recordOf(body);
  if (kind !== SITE_ROLE.kind || typeof recordOf(metadata)["name"] !== "string" || typeof spec !== "object")
    throw new ApiRefusal(site, `the API server's answer is no ${SITE_ROLE.kind}; is this the right cluster?`);
  try {
    return parseSiteRole(body, "its role object");
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    throw new ApiRefusal(site, `${error.message}; use the dragonfly-dr of the version that wrote it`);
  }
}
