import { SITE_ROLE, type SiteRoleObject, type SiteRoleSpec } from "../../../contract/siteRole";
import { sameSpec } from "../../../cli/plan/specs";
import { claimEpoch } from "./invariants";
import { siteAt, violate, type World } from "./world";

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const refusal = (status: number, message: string): Answer => ({ status, body: { kind: "Status", message } });
const NOT_FOUND = refusal(404, "not found");

/** One site's API server: role object and lease, with the definition's own rules about epochs. */
export function answer(w: World, index: number, method: string, path: string, body: unknown): Answer {
  const { api } = siteAt(w, index);
  const lease = path.includes("/leases");
  const write = method !== "GET";
  if (write && api.mode === "refuses-writes") return refusal(500, "etcdserver: mvcc: database space exceeded");
  if (write && api.mode === "forbids-writes") return refusal(403, "siteroles is forbidden");
  if (!lease && !path.includes("/siteroles")) return { status: 200, body: {} };
  if (lease) return leaseAnswer(w, index, method, body);
  if (method === "GET") return api.object === null ? NOT_FOUND : { status: 200, body: api.object };
  if (method === "POST") {
    if (api.object !== null) return refusal(409, "already exists");
    return put(w, index, (body as { readonly spec: SiteRoleSpec }).spec, 201);
  }
  return patch(w, index, body as readonly PatchStep[]);
}

interface PatchStep {
  readonly op: string;
  readonly path: string;
  readonly value: unknown;
}

function patch(w: World, index: number, steps: readonly PatchStep[]): Answer {
  const { object } = siteAt(w, index).api;
  if (object === null) return NOT_FOUND;
  const value = (op: string, path: string): unknown => steps.find((s) => s.op === op && s.path === path)?.value;
  const uid = value("test", "/metadata/uid");
  const judged = value("test", "/spec") as SiteRoleSpec | undefined;
  if (uid !== object.metadata.uid || judged === undefined || !sameSpec(judged, object.spec))
    return refusal(422, "the server rejected our request due to an error in our request");
  return put(w, index, value("replace", "/spec") as SiteRoleSpec, 200);
}

function put(w: World, index: number, spec: SiteRoleSpec, status: number): Answer {
  const { api, name } = siteAt(w, index);
  const old = api.object?.spec;
  if (old !== undefined && spec.epoch < old.epoch) return refusal(422, "epoch never falls");
  if (old !== undefined && spec.role !== old.role && spec.epoch === old.epoch)
    return refusal(422, "a change of role needs a higher epoch");
  if (spec.role === "primary") {
    claimEpoch(w, spec.epoch, name, "its object says primary");
    if (old?.epoch !== spec.epoch && w.madePrimary.has(spec.epoch))
      violate(w, 2, `${name} is made primary at epoch ${spec.epoch} for the second time`);
    w.madePrimary.add(spec.epoch);
  }
  if (spec.handover !== undefined) claimEpoch(w, spec.handover.epoch, spec.handover.to, "a handover was prepared");
  const forced = spec.epoch !== old?.epoch && (spec.mode === "forced" || spec.mode === "restored");
  if (forced || (spec.acceptLoss !== undefined && !sameAllowance(spec, old))) w.pendingWord[index] = true;
  for (const { site } of spec.discard ?? []) {
    const given = w.sites.find((s) => s.name === site)?.server?.data.log ?? null;
    if (given !== null) w.givenUp.push(given);
  }
  if (old !== undefined && old.epoch !== spec.epoch) api.backup = old;
  writeObject(w, index, spec);
  return { status, body: api.object };
}

const sameAllowance = (a: SiteRoleSpec, b: SiteRoleSpec | undefined): boolean =>
  JSON.stringify(a.acceptLoss) === JSON.stringify(b?.acceptLoss);

/** Puts an object there, whoever wants it. */
export function writeObject(w: World, index: number, spec: SiteRoleSpec): void {
  const { api, name } = siteAt(w, index);
  api.version += 1;
  const old = api.object;
  if (old === null) api.uid += 1;
  const object: SiteRoleObject = {
    apiVersion: SITE_ROLE.apiVersion,
    kind: SITE_ROLE.kind,
    metadata: {
      name,
      namespace: "cache",
      uid: `uid-${api.uid}`,
      generation: (old?.metadata.generation ?? 0) + 1,
      resourceVersion: String(api.version),
    },
    spec,
    ...(old?.status === undefined ? {} : { status: old.status }),
  };
  api.object = object;
}

function leaseAnswer(w: World, index: number, method: string, body: unknown): Answer {
  const { api } = siteAt(w, index);
  const shown = (version: number): unknown => ({
    ...(api.lease?.body as object),
    metadata: { resourceVersion: String(version) },
  });
  if (method === "GET") return api.lease === null ? NOT_FOUND : { status: 200, body: shown(api.lease.version) };
  const { metadata } = body as { readonly metadata: { readonly resourceVersion?: string } };
  const known = api.lease === null ? undefined : String(api.lease.version);
  if (metadata.resourceVersion !== known) return refusal(409, "the object has been modified");
  api.lease = { body, version: (api.lease?.version ?? 0) + 1 };
  return { status: method === "POST" ? 201 : 200, body: shown(api.lease.version) };
}
