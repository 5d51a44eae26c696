import { keepDivergence } from "./divergence";
import type { SiteRoleSpec } from "../../contract/siteRole";
import type { Action, AnsweringServer, Decision, Observation, Promotion } from "./observation";
import { judgeReplica } from "./judgeReplica";
import { hold, isAllowedNow, isOlder, setDoor, setDumps, withoutServer } from "./decisions";
import { judgeRestore, OWN_DOING, restoreEmpty } from "./judgeRestore";
import { outranks, type Claim } from "../../contract/epochs";

/**
 * The guard's whole judgement: from what it is told and sees to what it does next. Pure; called again after each change
 * and a
 * few times a second, so every decision takes only the next step. Rules: docs/architecture.md.
 */
export function judge(o: Observation): Decision {
  if (o.terminating) return { ...hold(o, "Fenced", "the pod is being stopped"), heartbeat: false };

  const { role, memory } = o;
  if (role.kind === "unknown") return judgeWithoutRole(o);
  if (role.kind === "missing") {
    if (memory.highestEpoch > 0) {
      return hold(
        o,
        "Holding",
        `the role object is missing though epoch ${memory.highestEpoch} was seen; restore it, or run dragonfly-dr failover --to the site that is to serve`,
      );
    }
    if (o.peersConfigured.length > 0)
      return hold(o, "Holding", "not introduced yet; run dragonfly-dr init --primary SITE");
    return { ...hold(o, "Starting", "a site without peers makes itself primary"), actions: [{ kind: "createRole" }] };
  }
  // Whoever wrote it decided something about this site that this guard cannot carry out: it must not serve on.
  if (role.kind === "not-understood")
    return hold(
      o,
      "Refused",
      `${role.problem}; run the guard of the version that wrote it: pulumi up, then replace the pod (docs/runbook.md)`,
    );
  const { spec } = role;
  if (spec.site !== o.site) return hold(o, "Holding", `the role object is for site ${spec.site}, this is ${o.site}`);
  if (spec.epoch < memory.highestEpoch) {
    return hold(
      o,
      "Holding",
      `the role object's epoch ${spec.epoch} is behind ${memory.highestEpoch}, which this site has acted on; run dragonfly-dr failover --to the site that is to serve`,
    );
  }
  return spec.role === "primary" ? judgePrimary(o, spec) : judgeReplica(o, spec);
}

/**
 * No API server since the guard started: a server that was never interrupted goes on as it was, anything else holds.
 */
function judgeWithoutRole(o: Observation): Decision {
  const { memory, server } = o;
  const uninterrupted = server.kind !== "absent" && memory.door?.runId === server.runId && memory.spec !== null;
  if (!uninterrupted || memory.spec === null)
    return hold(o, "Holding", "the API server cannot be reached, so the role is not known");
  return memory.spec.role === "primary" ? judgePrimary(o, memory.spec) : judgeReplica(o, memory.spec);
}

function judgePrimary(o: Observation, spec: SiteRoleSpec): Decision {
  const { memory, server } = o;
  const claim = memory.highestPeer;
  if (claim !== null && outranks(claim, spec) && !isAwaited(o, spec, claim))
    return fence(o, spec, `site ${claim.site} is ${claim.role} at epoch ${claim.epoch}, this site's is ${spec.epoch}`);
  const restoring = spec.mode === "restored" && isFirst(o, spec);
  // What is about to be replaced is closed, frozen or not.
  if (server.kind !== "answering")
    return restoring ? hold(o, "Promoting", "a snapshot is being restored") : withoutServer(o);

  if (spec.endServer === true && memory.endedFor < spec.epoch) {
    return {
      phase: "Promoting",
      reason: "a takeover's outcome was unknown: the server's process is ended before anybody is primary again",
      actions: [...setDoor(o, "closed"), { kind: "endServer", how: "terminate", forEpoch: spec.epoch }],
      heartbeat: false,
      serving: false,
    };
  }
  if (server.loading) return hold(o, "Starting", "the server is loading its dump");
  if (memory.refusal?.epoch === spec.epoch) return refused(o, memory.refusal.reason);
  const step = restoring ? judgeRestore(o, spec, server) : null;
  if (step !== null) return step;
  return server.role === "replica" ? promoteReplica(o, spec, server) : judgeMaster(o, spec, server);
}

/**
 * The claim is what this primary prepared for, and the other side has not begun to serve: its copy still needs the rest
 * of the
 * stream, which fencing would cut off.
 */
function isAwaited(o: Observation, spec: SiteRoleSpec, claim: Claim): boolean {
  const { handover } = spec;
  if (handover === undefined || handover.to !== claim.site || handover.epoch !== claim.epoch) return false;
  return !o.peers.some((peer) => peer.site === claim.site && (peer.serving || peer.promotion?.epoch === claim.epoch));
}

/** Rule 5: a higher claim is known. Closed at once; what was served and never sent on is kept in a dump and counted. */
function fence(o: Observation, spec: SiteRoleSpec, reason: string): Decision {
  const base = hold(o, "Fenced", `${reason}; closed`);
  return { ...base, actions: [...base.actions, ...keepDivergence(o, spec.epoch)] };
}

function refused(o: Observation, reason: string): Decision {
  const { server } = o;
  const readable =
    server.kind === "answering" && server.role === "replica" && !server.syncInProgress && server.heartbeat != null;
  return {
    phase: "Refused",
    reason,
    actions: setDoor(o, readable ? "read-only" : "closed"),
    heartbeat: false,
    serving: false,
  };
}

/** The spec says primary and the server is somebody's replica. */
function promoteReplica(o: Observation, spec: SiteRoleSpec, server: AnsweringServer): Decision {
  const waiting = (reason: string, actions: readonly Action[]): Decision => ({
    phase: "Promoting",
    reason,
    actions,
    heartbeat: false,
    serving: false,
  });
  if (spec.mode === "handover") {
    if (spec.source === undefined)
      return waiting("handover without a source", [refuse(spec, "the object names no source to take over from")]);
    const begun = o.memory.takeoverBegun;
    if (o.takeover.kind === "failed" && o.takeover.epoch === spec.epoch)
      return waiting(o.takeover.reason, [refuse(spec, o.takeover.reason, o.takeover.outcome)]);
    if (o.takeover.kind === "running" || (o.takeover.kind === "succeeded" && o.takeover.epoch === spec.epoch))
      return waiting(`taking over from ${spec.source}`, []);
    if (begun?.epoch === spec.epoch) {
      const reason = "the guard was restarted during the takeover, and the server is a replica still";
      return waiting(reason, [refuse(spec, reason, o.engine === "dragonfly" ? "unknown" : "refused")]);
    }
    if (server.source !== spec.source)
      return waiting("wrong source", [
        refuse(spec, `the server follows ${server.source ?? "something else"}, not ${spec.source}`),
      ]);
    if (server.syncInProgress || server.position === null)
      return waiting("not in sync", [refuse(spec, "the copy is not complete: a full sync is in progress")]);
    if (o.engine === "redis" && spec.proof === undefined)
      return waiting("no proof", [
        refuse(spec, "the object carries no proof (replication id and offset) of where the old primary ended"),
      ]);
    return waiting(`taking over from ${spec.source}`, [
      { kind: "takeOver", epoch: spec.epoch, from: spec.source, proof: spec.proof ?? null },
    ]);
  }
  if (spec.mode === "forced") {
    const partial = server.syncInProgress || server.heartbeat === undefined;
    if (partial && spec.acceptPartial !== true)
      return waiting("partial copy", [
        refuse(
          spec,
          "a full sync is in progress, so this copy is partial; run failover again with --accept-partial to promote what is there",
        ),
      ]);
    if (server.heartbeat === null && spec.acceptPartial !== true)
      return waiting("empty copy", [
        refuse(
          spec,
          "this copy never had the primary's data; run failover again with --accept-partial to promote it all the same",
        ),
      ]);
    return waiting("promoting what this copy holds", [
      { kind: "promote", promotion: promotionOf(o, spec, server, partial) },
    ]);
  }
  return hold(
    o,
    "Holding",
    `the server is a replica, and the object's mode is ${spec.mode ?? "not given"}; run dragonfly-dr failover --to ${o.site}`,
  );
}

/** The spec says primary and the server is a loaded master. */
function judgeMaster(o: Observation, spec: SiteRoleSpec, server: AnsweringServer): Decision {
  const { memory } = o;
  const uninterrupted = memory.served?.runId === server.runId && memory.served.epoch === spec.epoch;
  const handover = spec.handover;
  if (handover !== undefined && handover.epoch > spec.epoch) return prepare(o, spec, server, uninterrupted);
  if (uninterrupted) return serve(o, "serves as primary", []);

  const filling = restoreEmpty(o, spec, server);
  if (filling !== null) return filling;
  const first = isFirst(o, spec) && !isRefilled(memory);
  if (first && spec.mode === "handover") {
    const tookOver =
      (o.takeover.kind === "succeeded" && o.takeover.epoch === spec.epoch) ||
      (memory.takeoverBegun?.epoch === spec.epoch && memory.takeoverBegun.runId === server.runId);
    if (!tookOver)
      return {
        ...hold(o, "Promoting", "no proof"),
        actions: [
          refuse(spec, "the server was restarted before the takeover, so nothing proves that its data is complete"),
        ],
      };
    return admit(o, spec, server);
  }
  // The operator's decision for this epoch stands in for the peer's word, once: a later start is judged like any other.
  const forcedNow = first && (spec.mode === "forced" || spec.mode === "restored");
  if (forcedNow && server.heartbeat == null && spec.acceptPartial !== true) {
    return {
      ...hold(o, "Promoting", "empty"),
      actions: [
        refuse(
          spec,
          "this server holds no data of the cache; run failover again with --accept-partial to serve it all the same",
        ),
      ],
    };
  }
  if (!forcedNow) {
    const objection = objectionTo(o, spec, server);
    if (objection !== null) return hold(o, "Holding", objection);
  }
  return admit(o, spec, server);
}

/**
 * Whether this site has yet to serve at this epoch: it remembers. Where that was lost with the disk the data knows, for
 * nobody else
 * stamps heartbeats of this epoch: what was decided once must not be carried out again over newer data.
 */
function isFirst({ memory, server, peers }: Observation, spec: SiteRoleSpec): boolean {
  if (memory.promotion?.epoch === spec.epoch) return false;
  const seen = [
    server.kind === "answering" ? server.heartbeat : null,
    ...peers.map((peer) => (peer.reachable ? peer.dataVersion : null)),
  ];
  return !seen.some((version) => version != null && version.epoch >= spec.epoch);
}

/** Its disk was lost, and it has loaded a snapshot by itself: a start like any other, whatever the role came by. */
const isRefilled = (memory: Observation["memory"]): boolean =>
  memory.promotion === null && memory.restored?.epoch === OWN_DOING;

/** Rules 1 and 2: why this master may not serve yet; null when it may. */
function objectionTo(o: Observation, spec: SiteRoleSpec, server: AnsweringServer): string | null {
  const reached = o.memory.peerReached === server.runId;
  if (
    o.peersConfigured.length > 0 &&
    !reached &&
    !isAllowedNow(spec.peerLost, server) &&
    o.onPeerUnreachable === "hold"
  ) {
    return `the server has started and no peer could be reached since (${o.peersConfigured.join(", ")}); if the peer is lost, run dragonfly-dr peer-lost --site ${o.site}`;
  }
  if (isAllowedNow(spec.acceptLoss, server)) return null;
  const newer = o.peers.find((p) => p.reachable && p.dataVersion !== null && isOlder(server, p.dataVersion));
  if (newer === undefined) return null;
  return `site ${newer.site} has newer data than this server; run dragonfly-dr failover --to ${newer.site}, or dragonfly-dr serve --accept-loss --site ${o.site}`;
}

/**
 * The first heartbeat of this epoch is written before anybody comes in, above every data version that a peer has shown.
 */
function admit(o: Observation, spec: SiteRoleSpec, server: AnsweringServer): Decision {
  const sequence =
    Math.max(0, server.heartbeat?.sequence ?? 0, ...o.peers.map((p) => p.dataVersion?.sequence ?? 0)) + 1;
  const promotion = o.memory.promotion?.epoch === spec.epoch ? o.memory.promotion : promotionOf(o, spec, server, false);
  return serve(o, "serves as primary", [{ kind: "admit", promotion, atLeast: { epoch: spec.epoch, sequence } }]);
}

function serve(o: Observation, reason: string, first: readonly Action[]): Decision {
  return {
    phase: "Serving",
    reason,
    actions: [...first, ...setDumps(o, "on"), ...setDoor(o, "open")],
    heartbeat: true,
    serving: true,
  };
}

/** Another site is to take over from this primary. */
function prepare(o: Observation, spec: SiteRoleSpec, server: AnsweringServer, uninterrupted: boolean): Decision {
  const handover = spec.handover;
  if (handover === undefined) return hold(o, "Holding", "no handover");
  if (!uninterrupted)
    return hold(
      o,
      "Prepared",
      `the server ended during the handover to ${handover.to}, so it waits to be its replica at epoch ${handover.epoch}`,
    );
  const recorded = o.memory.handover?.epoch === handover.epoch && o.memory.handover.runId === server.runId;
  const record: Action[] = recorded ? [] : [{ kind: "recordHandover", epoch: handover.epoch }];
  if (o.engine === "dragonfly") {
    // REPLTAKEOVER is the proof and the close in one: this side serves until then.
    return {
      phase: "Preparing",
      reason: `serves until ${handover.to} takes over`,
      actions: [...record, ...setDoor(o, "open")],
      heartbeat: true,
      serving: true,
    };
  }
  return {
    phase: "Prepared",
    reason: `closed for the handover to ${handover.to}`,
    actions: [...setDoor(o, "handover"), ...record],
    heartbeat: false,
    serving: false,
  };
}

const refuse = (spec: SiteRoleSpec, reason: string, outcome: "refused" | "unknown" = "refused"): Action => ({
  kind: "refuse",
  epoch: spec.epoch,
  reason,
  outcome,
});

function promotionOf(o: Observation, spec: SiteRoleSpec, server: AnsweringServer, partial: boolean): Promotion {
  const beat = server.heartbeat ?? null;
  return {
    epoch: spec.epoch,
    mode: spec.mode ?? "initial",
    dataVersion: beat === null ? null : { epoch: beat.epoch, sequence: beat.sequence },
    commandsSeen: beat?.commands ?? null,
    runIdSeen: beat?.runId ?? null,
    lagSeconds: server.role === "replica" ? server.heartbeatUnchangedMs / 1000 : null,
    partial,
  };
}
