import type { Milliseconds } from "../../server/types";
import { compareDataVersions } from "../../contract/epochs";
import { isAllowed, type Allowance, type DataVersion, type Phase } from "../../contract/siteRole";
import type { Action, AnsweringServer, Decision, Door, Observation } from "./observation";

/** A server that must be closed and does not answer for so long is ended: its clients could be served when it wakes. */
export const SILENT_LIMIT_MS = 500 as Milliseconds;

/** The one action that brings the door to `door`, or none where it is there. */
export function setDoor(o: Observation, door: Exclude<Door, "unknown">): Action[] {
  return o.door === door ? [] : [{ kind: "setDoor", door }];
}

/** Nobody comes in, nothing else changes; a server that cannot be closed because it is frozen is ended. */
export function hold(o: Observation, phase: Phase, reason: string): Decision {
  const { server } = o;
  // A process of which nothing is known may just be starting; only one that this guard has opened is worth ending.
  const mustClose =
    o.door === "open" ||
    o.door === "handover" ||
    o.door === "read-only" ||
    (o.door === "unknown" && o.memory.door !== null);
  if (server.kind === "absent")
    return { phase, reason: `${reason}; no server process`, actions: [], heartbeat: false, serving: false };
  if (server.kind === "silent") {
    const frozen = mustClose && server.forMs >= SILENT_LIMIT_MS;
    return {
      phase,
      reason: `${reason}; the server does not answer`,
      actions: frozen ? [{ kind: "endServer", how: "kill", forEpoch: null }] : [],
      heartbeat: false,
      serving: false,
    };
  }
  return { phase, reason, actions: setDoor(o, "closed"), heartbeat: false, serving: false };
}

/**
 * The role stands, and the server is not there to carry it out. An open door stays as it is: a slow server is no reason
 * to close.
 */
export function withoutServer(o: Observation): Decision {
  const reason = o.server.kind === "absent" ? "no server process" : "the server does not answer";
  return {
    phase: "Starting",
    reason,
    actions: [],
    heartbeat: o.server.kind === "silent" && o.door === "open",
    serving: false,
  };
}

/** Dumps of a copy that is not whole would overwrite a good one. */
export function setDumps(o: Observation, wanted: "on" | "off"): Action[] {
  return o.dumps === (wanted === "on") ? [] : [{ kind: "setDumps", dumps: wanted }];
}

/** Whether the server's data is older than `than`; data without a heartbeat is older than any. */
export function isOlder(server: AnsweringServer, than: DataVersion): boolean {
  return server.heartbeat == null || compareDataVersions(server.heartbeat, than) < 0;
}

/** Whether the operator's word was given for this run of the server and for what it holds. */
export const isAllowedNow = (allowance: Allowance | undefined, server: AnsweringServer): boolean =>
  isAllowed(allowance, server.runId, server.heartbeat ?? null);
