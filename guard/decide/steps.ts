import type { Milliseconds } from "../../server/types";
import { isAllowed, type Allowance, type Phase } from "../../contract/siteRole";
import type { AnsweringServer } from "../observe/observation";
import type { ClientAccess } from "../remember/guardState";
import type { Action, Decision } from "./action";
import type { Situation } from "./situation";

/** A server that must be closed and does not answer for so long is ended: its clients could be served when it wakes. */
export const SILENT_LIMIT_MS = 500 as Milliseconds;
/** One with writes that no other site has gets more time: its dump is wanted, and nobody is answered meanwhile. */
const SILENT_WITH_DATA_LIMIT_MS = 5_000 as Milliseconds;
/** With `onSilent: end` a server that should serve and does not answer for so long is ended. */
const SILENT_END_MS = 15_000 as Milliseconds;

/** No client may write here, and no heartbeat is written. */
export const closed = (phase: Phase, reason: string, actions: readonly Action[]): Decision => ({
  phase,
  reason,
  actions,
  heartbeat: false,
  serving: false,
  inSync: false,
});

export const serving = (phase: Phase, reason: string, actions: readonly Action[]): Decision => ({
  phase,
  reason,
  actions,
  heartbeat: true,
  serving: true,
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
    o.access === "source" ||
    (o.access === "unknown" && o.state.access !== null);
  if (server.kind === "absent") return closed(phase, `${reason}; no server process`, []);
  if (server.kind === "silent") {
    const wanted = phase === "Fenced" && o.state.lastServed?.runId === server.runId;
    const frozen = mustClose && server.forMs >= (wanted ? SILENT_WITH_DATA_LIMIT_MS : SILENT_LIMIT_MS);
    const end: Action[] = frozen ? [{ kind: "endServer", how: "kill", forEpoch: null }] : [];
    return closed(phase, `${reason}; the server does not answer`, end);
  }
  return closed(phase, reason, setAccess(o, "closed"));
}

/** The role stands, and the server cannot carry it out. Who is in stays: a slow server is no reason to close. */
export function withoutServer(o: Situation): Decision {
  const { server } = o;
  if (server.kind !== "silent") return closed("Starting", "no server process", []);
  const seconds = Math.round(server.forMs / 1000);
  const end: Action[] =
    o.onSilent === "end" && server.forMs >= SILENT_END_MS ? [{ kind: "endServer", how: "kill", forEpoch: null }] : [];
  const pinned = `for ${seconds} s; an endless script may pin it: guard.onSilent: end, or delete the pod, ends it`;
  const reason = `the server does not answer${server.forMs >= SILENT_END_MS ? ` ${pinned}` : ""}`;
  return { ...closed("Starting", reason, end), heartbeat: o.access === "open" };
}

/** Dumps of a copy that is not whole would overwrite a good one. */
export function setDumps(o: Situation, wanted: "on" | "off"): Action[] {
  return o.dumps === (wanted === "on") ? [] : [{ kind: "setDumps", dumps: wanted }];
}

/** Whether the operator's word was given for this run of the server and for what it holds. */
export const isAllowedNow = (allowance: Allowance | undefined, server: AnsweringServer): boolean =>
  isAllowed(allowance, server.runId, server.heartbeat ?? null);

/** With it a Redis replica can attach, by itself too. */
export const attachPassword = (o: Situation): Action[] =>
  o.credentials === true ? [] : [{ kind: "setCredentials", credentials: "given" }];
