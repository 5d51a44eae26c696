import { epoch as asEpoch, type Epoch, type SiteName } from "../../server/types";
import type { ReplicationPosition, SnapshotRequest } from "../../contract/siteRole";
import type { GuardConfig } from "../config";
import type { Action } from "../decide/action";
import { isHarmless } from "../decide/decide";
import type { missingProof } from "../decide/proof";
import type { RoleClient } from "../kube/roleClient";
import type { PeerWatch } from "../observe/peerWatch";
import { afterAction, beforeAction } from "../remember/actions";
import type { StateFile } from "../remember/stateFile";
import type { ServerRun } from "../server/serverRun";
import type { SnapshotsRelay } from "../snapshotsRelay";
import type { HeartbeatWriter } from "./heartbeatWriter";
import { ServerController, SessionsLeft } from "./serverController";
import { takeOver } from "./takeover";

/** What an action reaches outside the guard. */
export interface Effects {
  readonly roles: Pick<RoleClient, "create">;
  /** Ends just the run that was judged. */
  readonly processes: { end(runId: string, signal: "SIGTERM" | "SIGKILL"): void };
  /** The server's volume. */
  readonly dataDir: string;
  /** What a handover between Redis servers must show. */
  readonly prove: typeof missingProof;
  /** null: this site keeps no snapshots. */
  readonly snapshots: Pick<SnapshotsRelay, "snapshot" | "restore"> | null;
}

/** What a cycle carries out its actions with. */
export interface Cycle {
  readonly config: GuardConfig;
  readonly run: ServerRun | null;
  /** The process that was judged; null when there is none. */
  readonly runId: string | null;
  readonly peers: readonly PeerWatch[];
}

/** What was last asked of the snapshots' process. */
export interface SnapshotRequests {
  snapshot: { readonly kind: "none" } | { readonly kind: "running" | "taken"; readonly id: string };
  /** By the monotonic clock; null when no restore was asked for. */
  restoreAt: number | null;
}

/** Carries actions out, one after the other, each with what has to be remembered before and after it. */
export class Applier {
  readonly requests: SnapshotRequests = { snapshot: { kind: "none" }, restoreAt: null };

  constructor(
    private readonly state: StateFile,
    private readonly heartbeats: HeartbeatWriter,
    private readonly effects: Effects,
    private readonly onEnded: () => void,
    private readonly log: (line: string) => void,
  ) {}

  /** One after the other, up to the first that fails. @returns what failed; null when nothing did. */
  async applyAll(actions: readonly Action[], cycle: Cycle): Promise<string | null> {
    for (const action of actions) {
      try {
        await this.apply(action, cycle);
      } catch (error) {
        const failure = `${action.kind}: ${(error as Error).message.slice(0, 200)}`;
        this.log(`failed: ${failure}`);
        return failure;
      }
    }
    return null;
  }

  /** @throws Error when the effect, or what has to be remembered before it, fails. */
  private async apply(action: Action, cycle: Cycle): Promise<void> {
    const { usersHash } = cycle.config;
    const context = { runId: cycle.runId ?? "", usersHash };
    const before = this.state.store(beforeAction(this.state.get(), action, context));
    // Closing depends on nothing (rule 0).
    const closes = action.kind === "setAccess" && action.access === "closed";
    if (before.kind !== "durable" && !closes && !isHarmless(action))
      throw new Error(`the state cannot be written: ${before.reason}`);
    const position = await this.perform(action, cycle);
    this.state.store(afterAction(this.state.get(), action, context, position));
  }

  private async perform(action: Action, cycle: Cycle): Promise<ReplicationPosition | null> {
    switch (action.kind) {
      case "createRole":
        await this.effects.roles.create({
          site: cycle.config.site.site,
          role: "primary",
          epoch: asEpoch(1),
          mode: "initial",
        });
        return null;
      case "endServer":
        if (cycle.runId === null) return null;
        this.log(`ending the server's process (${action.how})`);
        this.effects.processes.end(cycle.runId, action.how === "kill" ? "SIGKILL" : "SIGTERM");
        return null;
      case "requestSnapshot":
        this.requestSnapshot(action.request);
        return null;
      case "restore":
        if (this.effects.snapshots === null) throw new Error("this site keeps no snapshots");
        this.requests.restoreAt = performance.now();
        await this.effects.snapshots.restore(action.from, action.epoch);
        return null;
      default:
        if (cycle.run === null) throw new Error("no server process");
        return this.performOnServer(action, cycle, cycle.run);
    }
  }

  private async performOnServer(action: Action, cycle: Cycle, run: ServerRun): Promise<ReplicationPosition | null> {
    const { config } = cycle;
    const controller = new ServerController(config, run.session, this.effects.dataDir);
    switch (action.kind) {
      case "setAccess":
        await this.setAccess(action.access, controller, cycle);
        run.session.usePasswords(config.passwords);
        break;
      case "recordHandover":
        return controller.position();
      case "refuse":
        run.takeover = { kind: "none" };
        break;
      case "withdrawHandover":
      case "giveUpDivergence":
      case "recover":
        break;
      case "seal":
        await this.heartbeats.seal(run.session, action.version);
        break;
      case "takeOver":
        this.beginTakeover(action.epoch, action.from, action.proof, cycle, run);
        break;
      case "recordRestored":
        this.log(`snapshot ${action.snapshot} is in place`);
        break;
      case "detach":
      case "promote":
        await controller.promote();
        break;
      case "startServing":
        await this.heartbeats.first(run.session, action.atLeast, action.history);
        break;
      case "setDumps":
        await controller.setDumps(action.dumps);
        run.dumps = action.dumps === "on";
        break;
      case "setCredentials":
        await controller.setCredentials(action.credentials);
        run.credentials = action.credentials === "given";
        break;
      case "follow":
        await this.follow(action.source, config, controller, run);
        break;
      case "saveDivergence":
        this.saveDivergence(action, controller, run);
        break;
      default:
        throw new Error(`${action.kind} is no action on the server`);
    }
    return null;
  }

  private async setAccess(
    access: Extract<Action, { kind: "setAccess" }>["access"],
    controller: ServerController,
    { runId }: Cycle,
  ): Promise<void> {
    try {
      await controller.setAccess(access);
    } catch (error) {
      if (error instanceof SessionsLeft && runId !== null) {
        this.log(`${error.message}: ending the server's process`);
        this.effects.processes.end(runId, "SIGTERM");
      }
      throw error;
    }
  }

  private requestSnapshot(request: SnapshotRequest): void {
    const { id } = request;
    this.requests.snapshot = { kind: "running", id };
    this.effects.snapshots?.snapshot(request).then(
      () => {
        this.requests.snapshot = { kind: "taken", id };
        this.onEnded();
      },
      (error: Error) => {
        this.requests.snapshot = { kind: "none" };
        this.log(`failed: asking for a snapshot: ${error.message}`);
      },
    );
  }

  private async follow(
    source: SiteName,
    config: GuardConfig,
    controller: ServerController,
    run: ServerRun,
  ): Promise<void> {
    const peer = config.site.peers.find((p) => p.site === source);
    if (peer === undefined) throw new Error(`${source} is no peer of this site`);
    run.noteFollow();
    await controller.follow(peer);
  }

  private beginTakeover(
    epoch: Epoch,
    from: SiteName,
    proof: ReplicationPosition | null,
    { config, peers }: Cycle,
    run: ServerRun,
  ): void {
    const peer = peers.find((p) => p.site() === from);
    if (peer === undefined) {
      run.takeover = { kind: "failed", epoch, outcome: "refused", reason: `${from} is no peer of this site` };
      return;
    }
    run.takeover = { kind: "running", epoch };
    void takeOver(config.site.engine, run.session, peer, epoch, proof, this.effects.prove).then((outcome) => {
      run.takeover = outcome;
      this.onEnded();
    });
  }

  private saveDivergence(
    { epoch, writesUpperBound, of }: Extract<Action, { kind: "saveDivergence" }>,
    controller: ServerController,
    run: ServerRun,
  ): void {
    const name = `diverged-before-epoch-${epoch}`;
    run.noteDump({ kind: "running" });
    this.log(`keeping a dump of what is to be replaced in ${name}`);
    const ended = (file: string | null): void => {
      run.noteDump({ kind: "ended", epoch, writesUpperBound, of, file });
      this.onEnded();
    };
    controller.saveAs(name).then(ended, (error: Error) => {
      this.log(`failed: the dump ${name}: ${error.message}`);
      ended(null);
    });
  }
}
