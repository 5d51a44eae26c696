import { epoch as asEpoch, type Epoch, type Milliseconds, type SiteName } from "../server/types";
import type { Passwords, SiteConfig, Told } from "./config";
import { HeartbeatWriter } from "./server/heartbeat";
import { judge } from "./decide/judge";
import type { MemoryFile } from "./remember/memoryFile";
import type { Action, Decision, Door, Observation, ServerView, TakeoverView } from "./decide/observation";
import { ServerObserver } from "./server/observer";
import { higherClaim } from "../contract/epochs";
import { PeerWatch } from "./peers/peerWatch";
import type { RoleClient } from "./kube/roleClient";
import type { ServerProcess } from "./server/serverProcess";
import type { ServerSession } from "./server/serverSession";
import type { missingProof } from "./peers/proof";
import type { SnapshotsRelay } from "./snapshotsRelay";
import { Steward } from "./server/steward";
import { takeOver } from "./server/takeover";

const TURN_MS = 250;
/** After an action the next step is judged at once, but never in an endless spin. */
const MOST_TURNS_AT_ONCE = 12;
const LONG_AGO_MS = 3_600_000;

const since = (at: number | null): Milliseconds => (at === null ? LONG_AGO_MS : performance.now() - at) as Milliseconds;

/** What the API and the status show of the last turn. */
export interface Picture {
  readonly decision: Decision;
  readonly server: ServerView;
  readonly door: Door;
  /** The highest epoch of this site's object when it was judged. */
  readonly epoch: number;
  /** What failed in the last turn; null when nothing did. */
  readonly trouble: string | null;
}

/** What the guard reaches outside itself; apart from peers, which it asks over HTTP. */
export interface Reach {
  readonly roles: Pick<RoleClient, "role" | "create">;
  /** Finds the server's process, and ends just the run that was judged. */
  readonly processes: { find(): ServerProcess | null; end(runId: string, signal: "SIGTERM" | "SIGKILL"): void };
  openSession(runId: string, passwords: Passwords): ServerSession;
  /** The server's volume. */
  readonly dataDir: string;
  /** What a handover between Redis servers must show. */
  readonly prove: typeof missingProof;
  /** null: this site keeps no snapshots. */
  readonly snapshots: Pick<SnapshotsRelay, "report" | "snapshot" | "restore" | "metrics"> | null;
}

/** Observe, judge, act: the loop that holds one server to its site's role. All judgement is in judge.ts. */
export class Guard {
  readonly heartbeats: HeartbeatWriter;
  readonly observer: ServerObserver;
  readonly peers: readonly PeerWatch[];
  private session: ServerSession | null = null;
  /** What this guard has set on the running server; forgotten with it. */
  private set: { dumps: boolean | null; credentials: boolean | null; followedAt: number | null } = {
    dumps: null,
    credentials: null,
    followedAt: null,
  };
  private takeover: TakeoverView = { kind: "none" };
  private savingDivergence = false;
  private terminating = false;
  private handingOn = false;
  private restoreAskedAt: number | null = null;
  /**
   * Processes of the server that this guard has met: they are started again within their container, so no kubelet
   * counts them.
   */
  serverRuns = 0;
  private turning = false;
  /** Whether the last tick was passed over. */
  private passed = false;
  private again = false;
  private timer: NodeJS.Timeout | null = null;
  picture: Picture = {
    decision: { phase: "Starting", reason: "the guard is starting", actions: [], heartbeat: false, serving: false },
    server: { kind: "absent" },
    door: "unknown",
    epoch: 0,
    trouble: null,
  };

  constructor(
    private told: Told,
    readonly memory: MemoryFile,
    private readonly reach: Reach,
    private readonly onTurn: () => void,
    private readonly log: (line: string) => void,
  ) {
    const { site, engine, peers } = told.site;
    this.heartbeats = new HeartbeatWriter(site);
    this.observer = new ServerObserver(engine, peers);
    this.peers = peers.map((peer) => new PeerWatch(peer, (_, changed) => changed && this.wake()));
  }

  get snapshots(): Reach["snapshots"] {
    return this.reach.snapshots;
  }

  get config(): SiteConfig {
    return this.told.site;
  }

  start(): void {
    for (const peer of this.peers) peer.start();
    this.timer = setInterval(() => this.tick(), TURN_MS);
    this.wake();
  }

  /** A site at rest is looked at every other time only: whatever somebody tells the guard wakes it at once. */
  private tick(): void {
    this.passed = !this.passed && this.atRest();
    if (!this.passed) this.wake();
  }

  private atRest(): boolean {
    const { decision, server, trouble } = this.picture;
    const settled = decision.phase === "Serving" || (decision.phase === "Following" && decision.reason === "in sync");
    return (
      settled &&
      decision.actions.length === 0 &&
      trouble === null &&
      server.kind === "answering" &&
      this.reach.processes.find()?.runId === server.runId
    );
  }

  /** The pod is going: the door closes before the server saves its dump. */
  terminate(): void {
    this.terminating = true;
    this.wake();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    for (const peer of this.peers) peer.stop();
    void this.heartbeats.stop();
    this.session?.close();
  }

  /** Users or passwords changed: they are applied at the next turn. */
  tell(told: Told): void {
    this.told = told;
    this.wake();
  }

  wake(): void {
    if (this.turning) {
      this.again = true;
      return;
    }
    this.turning = true;
    void this.turns().finally(() => {
      this.turning = false;
      if (this.again) {
        this.again = false;
        setImmediate(() => this.wake());
      }
    });
  }

  private async turns(): Promise<void> {
    for (let i = 0; i < MOST_TURNS_AT_ONCE; i++) {
      this.again = false;
      const acted = await this.turn().catch((error: Error) => {
        this.log(`turn failed: ${error.message}`);
        return false;
      });
      this.onTurn();
      if (!acted && !this.again) return;
    }
  }

  /** @returns whether anything was done, so that the next step can be judged at once. */
  private async turn(): Promise<boolean> {
    const found = this.reach.processes.find();
    if (this.session !== null && this.session.runId !== found?.runId) this.leaveServer();
    if (this.session === null && found !== null) this.meetServer(found.runId);
    const server = await this.observer.look(this.session, found?.runId ?? null);
    const observation = this.observe(server);
    const decision = judge(observation);
    if (decision.phase !== this.picture.decision.phase || decision.reason !== this.picture.decision.reason)
      this.log(`${decision.phase}: ${decision.reason}`);

    if (!decision.heartbeat) await this.heartbeats.stop();
    // What is no longer served is said before it is done: the gateway must not send anybody meanwhile.
    if (!decision.serving)
      this.picture = { decision, server, door: this.door(), epoch: observation.memory.highestEpoch, trouble: null };
    let trouble: string | null = null;
    for (const action of decision.actions) {
      try {
        await this.act(action, server);
      } catch (error) {
        trouble = `${action.kind}: ${(error as Error).message.slice(0, 200)}`;
        this.log(`failed: ${trouble}`);
        break;
      }
    }
    if (decision.heartbeat && trouble === null && this.session !== null)
      this.heartbeats.start(this.session, this.heartbeats.last ?? this.memory.get().dataVersion);
    this.picture = { decision, server, door: this.door(), epoch: observation.memory.highestEpoch, trouble };
    return decision.actions.length > 0 && trouble === null;
  }

  private observe(server: ServerView): Observation {
    const { config } = this;
    const runId = server.kind === "absent" ? null : server.runId;
    const role = this.reach.roles.role();
    const memory = this.memory.get();
    if (role.kind === "present")
      this.memory.set({ spec: role.spec, highestEpoch: Math.max(memory.highestEpoch, role.spec.epoch) });
    // A handover that was given up must not answer for a later one.
    if (role.kind === "present" && role.spec.handover === undefined && memory.handover !== null)
      this.memory.set({ handover: null });
    if (role.kind === "present") this.handOn(role.spec.snapshot?.id);
    for (const peer of this.peers) this.remember(peer, runId);
    if (server.kind === "answering") {
      this.heartbeats.noteCommands(server.commands);
      if (server.heartbeat != null)
        this.memory.note({ dataVersion: { epoch: server.heartbeat.epoch, sequence: server.heartbeat.sequence } });
      // A former primary that is in sync with another one has nothing of its own left to keep.
      if (
        this.picture.decision.phase === "Following" &&
        this.picture.decision.reason === "in sync" &&
        this.memory.get().served !== null
      )
        this.memory.set({ served: null });
    }
    return {
      site: config.site,
      engine: config.engine,
      peersConfigured: config.peers.map((peer) => peer.site),
      onPeerUnreachable: config.onPeerUnreachable,
      role,
      memory: this.memory.get(),
      door: this.door(),
      dumps: this.set.dumps,
      credentials: config.engine === "redis" ? this.set.credentials : null,
      server,
      peers: this.peers.map((peer) => peer.view()),
      takeover: this.takeover,
      savingDivergence: this.savingDivergence,
      snapshots:
        this.reach.snapshots === null
          ? null
          : {
              restoreWhenEmpty: config.snapshots?.restoreWhenEmpty === true,
              sinceAskedMs: since(this.restoreAskedAt),
              restore: this.reach.snapshots.report?.restore ?? null,
            },
      sinceFollowMs: since(this.set.followedAt),
      terminating: this.terminating,
    };
  }

  /** A request for a snapshot is no matter of the role: it goes on its way once, and nothing waits for it. */
  private handOn(id: string | undefined): void {
    const { snapshots } = this.reach;
    if (id === undefined || snapshots?.report == null || this.handingOn || this.memory.get().snapshotAsked === id)
      return;
    this.handingOn = true;
    snapshots
      .snapshot(id)
      .then(() => this.memory.set({ snapshotAsked: id }))
      .catch((error: Error) => this.log(`failed: asking for a snapshot: ${error.message}`))
      .finally(() => {
        this.handingOn = false;
      });
  }

  private remember(peer: PeerWatch, runId: string | null): void {
    const view = peer.view();
    if (!view.reachable) return;
    const memory = this.memory.get();
    if (runId !== null && memory.peerReached !== runId) this.memory.set({ peerReached: runId });
    if (view.specEpoch === null || view.specRole === null) return;
    const highest = higherClaim(memory.highestPeer, { epoch: view.specEpoch, site: view.site, role: view.specRole });
    if (highest !== memory.highestPeer) this.memory.set({ highestPeer: highest });
  }

  /**
   * A server's process starts closed: its ACL file says so. What this guard set on an earlier run says nothing of it.
   */
  private door(): Door {
    const runId = this.session?.runId;
    const { door } = this.memory.get();
    if (runId === undefined || door === null || door.runId !== runId)
      return door === null && runId !== undefined ? "unknown" : "closed";
    return door.usersHash === this.told.usersHash ? door.state : "unknown";
  }

  private meetServer(runId: string): void {
    this.serverRuns += 1;
    this.session = this.reach.openSession(runId, this.told.passwords);
    for (const peer of this.peers) peer.forget();
  }

  private leaveServer(): void {
    void this.heartbeats.stop();
    this.session?.close();
    this.session = null;
    this.set = { dumps: null, credentials: null, followedAt: null };
    this.takeover = { kind: "none" };
  }

  private async act(action: Action, server: ServerView): Promise<void> {
    const { session, memory } = this;
    if (action.kind === "createRole") return this.createRole();
    if (action.kind === "endServer") {
      if (server.kind === "absent") return;
      this.log(`ending the server's process (${action.how})`);
      if (action.forEpoch !== null) memory.set({ endedFor: action.forEpoch });
      return this.reach.processes.end(server.runId, action.how === "kill" ? "SIGKILL" : "SIGTERM");
    }
    if (session === null) throw new Error("no server process");
    const steward = new Steward(this.told, session, this.reach.dataDir);
    switch (action.kind) {
      case "setDoor":
        // Noted before it is opened and after it is closed: a guard that dies between the two must not think it closed.
        if (action.door !== "closed")
          memory.set({
            door: {
              runId: session.runId,
              state: action.door === "open" ? "unknown" : this.door(),
              usersHash: this.told.usersHash,
            },
          });
        await steward.setDoor(action.door);
        session.usePasswords(this.told.passwords);
        memory.set({ door: { runId: session.runId, state: action.door, usersHash: this.told.usersHash } });
        return;
      case "recordHandover":
        return memory.set({
          handover: { epoch: action.epoch, runId: session.runId, position: await steward.position() },
        });
      case "refuse":
        this.takeover = { kind: "none" };
        return memory.set({ refusal: { epoch: action.epoch, reason: action.reason, outcome: action.outcome } });
      case "takeOver":
        return this.beginTakeover(action.epoch, action.from, action.proof, session);
      case "restore":
        if (this.reach.snapshots === null) throw new Error("this site keeps no snapshots");
        this.restoreAskedAt = performance.now();
        return this.reach.snapshots.restore(action.from, action.epoch);
      case "recordRestored":
        this.log(`snapshot ${action.snapshot} is in place`);
        // What is loaded now may be older than anything that was seen here.
        return memory.set({
          restored: { epoch: action.epoch, runId: session.runId, snapshot: action.snapshot },
          served: null,
          dataVersion: null,
        });
      case "detach":
        return steward.promote();
      case "promote":
        await steward.promote();
        return memory.set({ promotion: action.promotion });
      case "admit":
        await this.heartbeats.first(session, action.atLeast);
        return memory.set({
          promotion: action.promotion,
          served: { runId: session.runId, epoch: asEpoch(action.atLeast.epoch) },
          dataVersion: action.atLeast,
        });
      case "setDumps":
        await steward.setDumps(action.dumps);
        this.set.dumps = action.dumps === "on";
        return;
      case "setCredentials":
        await steward.setCredentials(action.credentials);
        this.set.credentials = action.credentials === "given";
        return;
      case "follow":
        return this.follow(action.source, steward);
      case "saveDivergence":
        return this.saveDivergence(action.epoch, action.writesUpperBound, steward);
    }
  }

  private async createRole(): Promise<void> {
    await this.reach.roles.create({ site: this.config.site, role: "primary", epoch: asEpoch(1), mode: "initial" });
  }

  private beginTakeover(
    epoch: Epoch,
    from: SiteName,
    proof: Parameters<typeof takeOver>[4],
    session: ServerSession,
  ): void {
    const peer = this.peers.find((p) => p.site() === from);
    if (peer === undefined) {
      this.takeover = { kind: "failed", epoch, outcome: "refused", reason: `${from} is no peer of this site` };
      return;
    }
    this.memory.set({ takeoverBegun: { runId: session.runId, epoch } });
    this.takeover = { kind: "running", epoch };
    void takeOver(this.config.engine, session, peer, epoch, proof, this.reach.prove).then((outcome) => {
      this.takeover = outcome;
      this.wake();
    });
  }

  private async follow(source: SiteName, steward: Steward): Promise<void> {
    const peer = this.config.peers.find((p) => p.site === source);
    if (peer === undefined) throw new Error(`${source} is no peer of this site`);
    this.set.followedAt = performance.now();
    await steward.follow(peer);
  }

  private saveDivergence(epoch: Epoch, writesUpperBound: number | null, steward: Steward): void {
    const name = `diverged-before-epoch-${epoch}`;
    this.savingDivergence = true;
    this.log(`keeping what the new primary never got in ${name}`);
    void steward
      .saveAs(name)
      .catch((error: Error) => {
        this.log(`failed: the dump ${name}: ${error.message}`);
        return null;
      })
      .then((dump) => this.memory.set({ divergence: { epoch, writesUpperBound, dump } }))
      // It is remembered all the same, and on disk with the next change: a full volume must not end the guard.
      .catch((error: Error) => this.log(`failed: remembering the dump ${name}: ${error.message}`))
      .finally(() => {
        this.savingDivergence = false;
        this.wake();
      });
  }
}
