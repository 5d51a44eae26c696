import { NotUnderstood } from "../../contract/parse";
import { parseSiteRole, SITE_ROLE, type SiteRoleObject } from "../../contract/siteRole";
import type { Schema } from "../../contract/schema";
import { siteRoleSpec } from "../../contract/siteRoleSpec";
import { recordOf } from "../../server/records";
import type { SiteName } from "../../server/types";
import { ApiRefusal, SiteUnreachable } from "./stores";
import type { ApiAnswer } from "./api";

/** The server's own words, in one line. */
export const reasonOf = (answer: ApiAnswer): string => `the API server answers ${wordsOf(answer)}`;

function wordsOf({ status, body }: ApiAnswer): string {
  const { message } = recordOf(body);
  const causes = recordOf(recordOf(body)["details"])["causes"];
  const details = Array.isArray(causes)
    ? causes.map((c) => recordOf(c)["message"]).filter((m) => typeof m === "string")
    : [];
  const said =
    typeof message === "string" && message !== "" ? message : typeof body === "string" ? body.trim().slice(0, 200) : "";
  return [`${status}: ${said}`, ...details.filter((d) => !said.includes(d))].join("; ").replaceAll("\n", " ");
}

/** A 404 for the path and not for an object: the kind is not known there. */
export const isUnknownKind = ({ status, body }: ApiAnswer): boolean =>
  status === 404 && recordOf(body)["kind"] !== "Status";

export function isNotFound({ status, body }: ApiAnswer): boolean {
  return status === 404 && recordOf(body)["kind"] === "Status";
}

/** What an answer that is not the one hoped for means: refused for good, or nothing known about the request. */
export function failureOf(site: SiteName, address: string, answer: ApiAnswer): ApiRefusal | SiteUnreachable {
  const { status } = answer;
  if (status !== 429 && status < 500) return new ApiRefusal(site, reasonOf(answer));
  // A limit of requests is checked before anything is carried out; a 5xx may come after it (etcd late, webhook broken).
  return new SiteUnreachable(
    site,
    address,
    `answers ${wordsOf(answer)}`,
    status === 429 ? "not written" : "unknown",
    "busy",
  );
}

/** @throws ApiRefusal unless the body is a role object that this version understands: a role is not guessed. */
export function roleObject(site: SiteName, body: unknown): SiteRoleObject {
  const { kind, metadata, spec } = recordOf(body);
  if (kind !== SITE_ROLE.kind || typeof recordOf(metadata)["name"] !== "string" || typeof spec !== "object")
    throw new ApiRefusal(site, `the API server's answer is no ${SITE_ROLE.kind}; is this the right cluster?`);
  try {
    const object = parseSiteRole(body, "its role object");
    const unknown = unknownFields(siteRoleSpec.schema, spec, "spec");
    // Commands write whole specs: what they do not know would be gone.
    if (unknown.length > 0) throw new NotUnderstood("its role object", [`${unknown.join(", ")}: unknown`]);
    return object;
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    throw new ApiRefusal(site, `${error.message}; use the dragonfly-dr of the version that wrote it`);
  }
}

/** JsonRecord that the schema does not have: a newer version wrote them, and they may matter. */
function unknownFields(schema: Schema, value: unknown, path: string): string[] {
  const { properties } = schema;
  if (properties === undefined) return [];
  return Object.entries(recordOf(value)).flatMap(([key, each]) => {
    const inner = properties[key];
    return inner === undefined ? [`${path}.${key}`] : unknownFields(inner, each, `${path}.${key}`);
  });
}
