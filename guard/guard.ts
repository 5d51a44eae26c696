import type { SiteFile } from "../contract/siteFile";
import type { GuardConfig } from "./config";
import { Applier, type Effects } from "./apply/apply";
import { HeartbeatWriter } from "./apply/heartbeatWriter";
import type { Decision } from "./decide/action";
import { decide } from "./decide/decide";
import { NOTHING_YET, type CycleResult, type GuardView, type PeerRecord } from "./guardView";
import type { RoleClient } from "./kube/roleClient";
import type { Claim } from "../contract/epochs";
import { HandoverClock } from "./observe/handoverClock";
import { observe, type Sources } from "./observe/observe";
import { PeerWatch } from "./observe/peerWatch";
import { ServerObserver } from "./observe/serverObserver";
import { accessOf, ownClaim, type GuardState } from "./remember/guardState";
import { ToldClaims } from "./observe/toldClaims";
import { remember } from "./remember/remember";
import type { StateFile } from "./remember/stateFile";
import { Reconciler } from "./reconciler";
import { CurrentServer, type ServerAccess } from "./server/currentServer";
import { Gateways } from "./http/gateways";
import { endsSessions, gatewayState, patienceOf, PLANNED_MS, takesAccess } from "./http/gatewayState";

/** What the guard reaches outside itself; apart from peers, which it asks over HTTP. */
export interface GuardDependencies extends ServerAccess, Omit<Effects, "snapshots"> {
  readonly roles: Effects["roles"] & Pick<RoleClient, "role" | "generation" | "reachable">;
  readonly processes: ServerAccess["processes"] & Effects["processes"];
  readonly snapshots: (Sources["snapshots"] & Effects["snapshots"] & GuardView["snapshots"]) | null;
}

/** Holds one server to its site's role: observe, remember, decide, apply; again and again. */
export class Guard implements GuardView {
  readonly heartbeat: HeartbeatWriter;
  readonly gateways: Gateways;
  readonly server: CurrentServer;
  private readonly watches: readonly PeerWatch[];
  private readonly applier: Applier;
  private readonly reconciler: Reconciler;
  private readonly toldClaims: ToldClaims;
  private readonly handoverClock = new HandoverClock();
  private terminating = false;
  stoppedServingAt: string | null = null;
  private lastResult: CycleResult = NOTHING_YET;

  constructor(
    private guardConfig: GuardConfig,
    private readonly stateFile: StateFile,
    private readonly dependencies: GuardDependencies,
    onCycle: () => void,
    private readonly log: (line: string) => void,
  ) {
    const { site, engine, peers } = guardConfig.site;
    const trigger = (): void => this.trigger();
    this.gateways = new Gateways(() => gatewayState(this.result));
    this.heartbeat = new HeartbeatWriter(site);
    this.watches = peers.map(
      (peer) =>
        new PeerWatch(
          peer,
          (_, changed) => changed && trigger(),
          () => ownClaim(this.state),
        ),
    );
    this.toldClaims = new ToldClaims(peers.map((peer) => peer.site));
    this.server = new CurrentServer(
      dependencies,
      new ServerObserver(engine, peers),
      () => this.watches.forEach((peer) => peer.forget()),
      () => void this.heartbeat.stop(),
    );
    this.applier = new Applier(stateFile, this.heartbeat, dependencies, trigger, log);
    this.reconciler = new Reconciler({ reconcile: () => this.reconcile(), atRest: () => this.atRest(), onCycle, log });
  }

  start(): void {
    for (const peer of this.watches) peer.start();
    this.reconciler.start();
  }

  stop(): void {
    this.reconciler.stop();
    for (const peer of this.watches) peer.stop();
    void this.heartbeat.stop();
    this.server.close();
  }

  /** Judges at once what has changed. */
  trigger(): void {
    this.reconciler.trigger();
  }

  /** A peer's guard has said what its site claims. */
  noteClaim(claim: Claim): void {
    if (this.toldClaims.note(claim)) this.trigger();
  }

  sinceHandoverMs(): number {
    return this.handoverClock.look(this.role.view);
  }

  /** The pod is going: the server is closed before it saves its dump. */
  terminate(): void {
    this.terminating = true;
    this.trigger();
  }

  /** Users or passwords changed: they are applied in the next cycle. */
  reconfigure(config: GuardConfig): void {
    this.guardConfig = config;
    this.trigger();
  }

  /** @returns whether anything was done. */
  private async reconcile(): Promise<boolean> {
    const { runId, server } = await this.server.look(this.guardConfig.passwords);
    if (server.kind === "answering") this.heartbeat.noteCommands(server.commands);
    const observation = observe(server, this.sources());
    const state = remember(this.state, observation);
    const storage = this.stateFile.store(state, this.result.decision.serving ? "lazy" : "now");
    const decision = decide(state, observation, storage);
    this.report(decision);

    const result = (failure: string | null): CycleResult => ({
      decision,
      server,
      access: accessOf(this.state, runId, this.guardConfig.usersHash),
      epoch: state.highestEpoch,
      failure,
    });
    if (decision.serving) this.stoppedServingAt = null;
    else if (this.result.decision.serving) this.stoppedServingAt = new Date().toISOString();
    if (!decision.heartbeat) await this.heartbeat.stop();
    // What is no longer served is said before it is done: the gateways must not send anybody meanwhile.
    if (!decision.serving || endsSessions(decision)) {
      this.lastResult = result(null);
      this.gateways.changed();
      if (takesAccess(this.lastResult))
        await this.gateways.informed(this.terminating ? PLANNED_MS : patienceOf(decision));
    }
    const { run } = this.server;
    const failure = await this.applier.applyAll(decision.actions, {
      config: this.guardConfig,
      run,
      runId,
      peers: this.watches,
    });
    if (decision.heartbeat && failure === null && run !== null)
      this.heartbeat.start(run.session, server.kind === "answering" ? (server.heartbeat ?? null) : null);
    this.lastResult = result(failure);
    this.gateways.changed();
    return decision.actions.length > 0 && failure === null;
  }

  private sources(): Sources {
    return {
      ...this.dependencies,
      config: this.guardConfig,
      peers: this.watches,
      run: this.server.run,
      requests: this.applier.requests,
      toldClaims: this.toldClaims,
      handoverClock: this.handoverClock,
      terminating: this.terminating,
    };
  }

  private atRest(): boolean {
    const { decision, server, failure } = this.result;
    const settled = decision.phase === "Serving" || decision.inSync;
    const undisturbed = server.kind === "answering" && this.server.foundRunId() === server.runId;
    return settled && undisturbed && decision.actions.length === 0 && failure === null;
  }

  private report({ phase, reason }: Decision): void {
    const last = this.result.decision;
    if (phase !== last.phase || reason !== last.reason) this.log(`${phase}: ${reason}`);
  }

  get result(): CycleResult {
    return this.lastResult;
  }
  get config(): SiteFile {
    return this.guardConfig.site;
  }
  get state(): GuardState {
    return this.stateFile.get();
  }
  get role(): GuardView["role"] {
    const { roles } = this.dependencies;
    return { view: roles.role(), generation: roles.generation(), apiServerReachable: roles.reachable };
  }
  get peers(): readonly PeerRecord[] {
    return this.watches.map((peer) => peer.record());
  }
  get snapshots(): GuardView["snapshots"] {
    return this.dependencies.snapshots;
  }
}
