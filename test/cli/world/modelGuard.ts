import type { SiteRoleSpec, SiteRoleStatus } from "../../../contract/siteRole";
import type { Engine, Seconds, SiteName } from "../../../server/types";
import type { MemoryCluster } from "./memoryCluster";

export interface GuardModelOptions {
  readonly engine: Engine;
  /** `skipped`: promotes without proof, as a broken guard would; only to show that the checks would see it. */
  readonly proof: "required" | "skipped";
}

/**
 * A server and its guard, as far as commands can tell: which site takes writes, and which writes each site holds.
 * Follows docs/architecture.md in small, one action a step, over a link that tests can cut.
 */
export class ModelGuard {
  /** Whether clients may write here. */
  open = false;
  server: "primary" | "replica" = "replica";
  /** Ids of the writes that this server holds. */
  data = new Set<number>();
  peer: ModelGuard | null = null;
  linkUp = true;
  /** What this copy says of itself while it is in sync. */
  lagSeconds = 0.1;
  /** What the next takeover that this site tries comes to. */
  takeoverEnds: "done" | "refused" | "unknown" = "done";
  /** A takeover that a frozen server will carry out when it wakes. */
  queuedTakeover = false;
  /** What the store holds, by id; null: snapshots are off. */
  snapshots: Map<string, ReadonlySet<number>> | null = null;
  /** Why the next snapshot that is asked for comes to nothing. */
  snapshotFails: string | null = null;
  stoppedServingAt: string | null = null;
  /** The store refuses once a restore has begun. */
  restoreFails = false;
  private request: {
    readonly id: string;
    readonly state: "done" | "failed";
    readonly snapshot: string | null;
    readonly reason: string;
  } | null = null;
  private refusal: SiteRoleStatus["refusal"];
  private handover: SiteRoleStatus["handover"];
  private promotion: SiteRoleStatus["promotion"];
  private actedOn = 0;
  private endedFor = 0;
  private inSync = false;
  private reason = "starting";
  private phase: SiteRoleStatus["phase"] = "Starting";

  constructor(
    readonly cluster: MemoryCluster,
    private readonly options: GuardModelOptions,
  ) {}

  get site(): SiteName {
    return this.cluster.site;
  }

  /** A client writes `id` here; false when it is not taken. */
  write(id: number): boolean {
    if (!this.open) return false;
    this.data.add(id);
    return true;
  }

  /** The frozen server wakes: a takeover that was sent to it is carried out, and it exits. */
  wake(): void {
    if (!this.queuedTakeover) return;
    this.queuedTakeover = false;
    this.restart();
  }

  step(): void {
    const spec = this.cluster.spec;
    if (spec === null) return this.say("Holding", "no object");
    this.answer(spec.snapshot);
    const peer = this.linkUp && this.peer !== null && this.peer.linkUp ? this.peer : null;
    const claim = peer?.cluster.spec ?? null;
    this.inSync = false;
    this.actedOn = Math.max(this.actedOn, spec.epoch);
    if (spec.role === "replica") return this.follow(spec.source ?? null, peer);

    const outranked =
      claim !== null &&
      (claim.epoch > spec.epoch || (claim.epoch === spec.epoch && claim.role === "primary" && claim.site > spec.site));
    if (outranked) {
      this.open = false;
      return this.say("Fenced", `${claim.site} is at epoch ${claim.epoch}`);
    }
    if (spec.endServer === true && this.endedFor < spec.epoch) {
      this.endedFor = spec.epoch;
      this.queuedTakeover = false;
      this.restart();
      return this.say("Promoting", "the server's process is ended");
    }
    if (this.refusal?.epoch === spec.epoch) return this.say("Refused", this.refusal.reason);
    if (spec.handover !== undefined && spec.handover.epoch > spec.epoch) return this.prepare(spec.handover.epoch);
    if (spec.mode === "handover" && this.server === "replica")
      return this.takeOver(spec.epoch, spec.proof?.offset ?? null, peer);
    if (spec.mode === "restored" && this.promotion?.epoch !== spec.epoch) {
      this.open = false;
      const kept = this.snapshots?.get(spec.restore?.from ?? "");
      if (kept === undefined || this.restoreFails) {
        this.refusal = { epoch: spec.epoch, outcome: "refused", reason: "denied: the key is wrong" };
        return this.say("Refused", this.refusal.reason);
      }
      this.data = new Set(kept);
      this.promotion = {
        epoch: spec.epoch,
        mode: "restored",
        dataVersion: null,
        commandsSeen: null,
        lagSeconds: null,
        partial: false,
      };
    }
    if (spec.mode === "forced" && this.promotion?.epoch !== spec.epoch) {
      this.promotion = {
        epoch: spec.epoch,
        mode: "forced",
        dataVersion: null,
        commandsSeen: null,
        lagSeconds: 0.4 as never,
        partial: false,
      };
    }
    this.serve();
  }

  private answer(asked: SiteRoleSpec["snapshot"]): void {
    if (asked === undefined || this.snapshots === null || this.request?.id === asked.id) return;
    const { id } = asked;
    if (asked.check !== undefined) return this.check(id, asked.check);
    const made = `20261121T06000${this.snapshots.size}Z-e1-${this.data.size}`;
    if (this.snapshotFails === null) this.snapshots.set(made, new Set(this.data)).set("newest", new Set(this.data));
    this.request =
      this.snapshotFails === null
        ? { id, state: "done", snapshot: made, reason: "" }
        : { id, state: "failed", snapshot: null, reason: this.snapshotFails };
  }

  private check(id: string, from: string): void {
    const ids = [...(this.snapshots?.keys() ?? [])].filter((each) => each !== "newest");
    const found = from === "newest" ? ids[ids.length - 1] : ids.find((each) => each === from);
    this.request =
      found === undefined
        ? { id, state: "failed", snapshot: null, reason: `failed: there is no snapshot ${from}` }
        : { id, state: "done", snapshot: found, reason: "" };
  }

  private snapshotsReport(): object {
    if (this.snapshots === null) return {};
    const ids = [...this.snapshots.keys()].filter((id) => id !== "newest");
    const newest = ids[ids.length - 1];
    return {
      snapshots: {
        site: this.site,
        state: "ok",
        reason: "",
        busy: false,
        count: ids.length,
        // The API server drops what is null.
        newest:
          newest === undefined
            ? undefined
            : {
                id: newest,
                site: this.site,
                time: new Date(this.cluster.now()).toISOString(),
                bytes: 2 ** 20,
                seconds: 1,
              },
        request: this.request ?? undefined,
      },
    };
  }

  private prepare(epoch: number): void {
    if (this.options.engine === "redis") this.open = false;
    const position = this.options.engine === "redis" ? { replicationId: "id", offset: this.data.size } : null;
    if (this.handover?.epoch !== epoch) this.handover = { epoch, position };
    this.say(this.options.engine === "redis" ? "Prepared" : "Preparing", "ready for the handover");
  }

  private takeOver(epoch: number, proof: number | null, peer: ModelGuard | null): void {
    if (this.options.proof === "skipped") return this.serve();
    const ends = this.takeoverEnds;
    this.takeoverEnds = "done";
    if (ends !== "done" || peer === null) {
      const outcome = this.options.engine === "dragonfly" && ends === "unknown" ? "unknown" : "refused";
      if (outcome === "unknown" && this.peer !== null) this.peer.queuedTakeover = true;
      this.refusal = { epoch, outcome, reason: `takeover ${outcome}` };
      return this.say("Refused", this.refusal.reason);
    }
    if (this.options.engine === "dragonfly") {
      this.data = new Set(peer.data);
      peer.restart();
      return this.serve();
    }
    this.copy(peer);
    if (proof === null || this.data.size < proof) {
      this.refusal = { epoch, outcome: "refused", reason: "no proof" };
      return this.say("Refused", "no proof");
    }
    this.serve();
  }

  /** The process is new: closed until its guard opens it, its data as it was. */
  private restart(): void {
    this.open = false;
    this.say("Starting", "the server has started");
  }

  private serve(): void {
    this.server = "primary";
    this.open = true;
    this.say("Serving", "serves as primary");
  }

  private follow(source: SiteName | null, peer: ModelGuard | null): void {
    this.open = false;
    if (peer === null || peer.site !== source) return this.say("Holding", "the source cannot be reached");
    if (peer.open || (this.server === "replica" && peer.server === "primary" && peer.data.size >= this.data.size)) {
      this.server = "replica";
      this.copy(peer);
      this.inSync = peer.open;
      return this.say("Following", peer.open ? "in sync" : "no heartbeat");
    }
    this.say("Holding", "the source does not serve yet");
  }

  private copy(peer: ModelGuard): void {
    this.data = new Set(peer.data);
  }

  private say(phase: SiteRoleStatus["phase"], reason: string): void {
    this.phase = phase;
    this.reason = reason;
    this.report();
  }

  report(): void {
    const object = this.cluster.object;
    if (object === null) return;
    const status = {
      site: this.site,
      observedGeneration: object.metadata.generation ?? 0,
      phase: this.phase,
      reason: this.reason,
      role: this.server,
      epoch: this.actedOn,
      serving: this.open,
      dataVersion: { epoch: 1, sequence: this.data.size },
      server: {
        engine: this.options.engine,
        version: "7.0.15",
        runId: "r",
        threads: 2,
        usedMemoryBytes: 1_000_000,
        maxMemoryBytes: 10_000_000,
      },
      replication:
        this.server === "replica"
          ? {
              source: object.spec.source ?? null,
              linkUp: true,
              syncInProgress: false,
              inSync: this.inSync,
              lagSeconds: (this.inSync ? this.lagSeconds : 9) as Seconds,
              position: null,
            }
          : null,
      peers:
        this.peer === null
          ? []
          : [
              {
                site: this.peer.site,
                reachable: this.linkUp && this.peer.linkUp,
                lastContactSeconds: 0,
                role: this.peer.server,
                epoch: this.peer.cluster.spec?.epoch ?? null,
                serving: this.peer.open,
                dataVersion: { epoch: 1, sequence: this.peer.data.size },
                lagSeconds: 0,
              },
            ],
      ...(this.handover === undefined ? {} : { handover: this.handover }),
      ...(this.refusal === undefined ? {} : { refusal: this.refusal }),
      ...(this.promotion === undefined ? {} : { promotion: this.promotion }),
      ...(this.stoppedServingAt === null ? {} : { stoppedServingAt: this.stoppedServingAt }),
      ...this.snapshotsReport(),
      updatedAt: new Date(this.cluster.now()).toISOString(),
    };
    // Seconds and bytes are branded numbers; here they are only ever compared.
    this.cluster.report(status as unknown as SiteRoleStatus);
  }
}
