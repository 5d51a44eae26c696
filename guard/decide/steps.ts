import type { Milliseconds } from "../../server/types";
import { compareDataVersions } from "../../contract/epochs";
import { isAllowed, type Allowance, type DataVersion, type Phase } from "../../contract/siteRole";
import type { AnsweringServer } from "../observe/observation";
import type { ClientAccess } from "../remember/guardState";
import type { Action, Decision } from "./action";
import type { Situation } from "./situation";

/** A server that must be closed and does not answer for so long is ended: its clients could be served when it wakes. */
export const SILENT_LIMIT_MS = 500 as Milliseconds;

/** No client may write here, and no heartbeat is written. */
export const closed = (phase: Phase, reason: string, actions: readonly Action[]): Decision => ({
  phase,
  reason,
  actions,
  heartbeat: false,
  serving: false,
  inSync: false,
});

/** The one action that brings the access to `access`, or none where it is that. */
export function setAccess(o: Situation, access: Exclude<ClientAccess, "unknown">): Action[] {
  return o.access === access ? [] : [{ kind: "setAccess", access }];
}

/** Nobody comes in, nothing else changes; a server that cannot be closed because it is frozen is ended. */
export function hold(o: Situation, phase: Phase, reason: string): Decision {
  const { server } = o;
  // A process of which nothing is known may just be starting; only one that this guard has opened is worth ending.
  const mustClose =
    o.access === "open" ||
    o.access === "handover" ||
    o.access === "read-only" ||
    (o.access === "unknown" && o.state.access !== null);
  if (server.kind === "absent") return closed(phase, `${reason}; no server process`, []);
  if (server.kind === "silent") {
    const frozen = mustClose && server.forMs >= SILENT_LIMIT_MS;
    const end: Action[] = frozen ? [{ kind: "endServer", how: "kill", forEpoch: null }] : [];
    return closed(phase, `${reason}; the server does not answer`, end);
  }
  return closed(phase, reason, setAccess(o, "closed"));
}

/** The role stands, and the server cannot carry it out. Who is in stays: a slow server is no reason to close. */
export function withoutServer(o: Situation): Decision {
  const reason = o.server.kind === "absent" ? "no server process" : "the server does not answer";
  return { ...closed("Starting", reason, []), heartbeat: o.server.kind === "silent" && o.access === "open" };
}

/** Dumps of a copy that is not whole would overwrite a good one. */
export function setDumps(o: Situation, wanted: "on" | "off"): Action[] {
  return o.dumps === (wanted === "on") ? [] : [{ kind: "setDumps", dumps: wanted }];
}

/** Whether the server's data is older than `than`; data without a heartbeat is older than any. */
export function isOlder(server: AnsweringServer, than: DataVersion): boolean {
  return server.heartbeat == null || compareDataVersions(server.heartbeat, than) < 0;
}

/** Whether the operator's word was given for this run of the server and for what it holds. */
export const isAllowedNow = (allowance: Allowance | undefined, server: AnsweringServer): boolean =>
  isAllowed(allowance, server.runId, server.heartbeat ?? null);
