import { join } from "node:path";
import type { SnapshotsFile } from "../contract/snapshotsFile";
import { readDrills } from "./drills";
import { prunable } from "./pruning";
import type {
  DrillReport,
  NewestSnapshot,
  RequestReport,
  RestoreReport,
  SnapshotsReport,
} from "../contract/snapshotsReport";
import { checkSnapshot, fetchSnapshot, locate } from "./restore/fetch";
import { place } from "./restore/place";
import { isGood, newestGood, readInventory, type StoredSnapshot } from "./store/inventory";
import type { Connection } from "./server/connection";
import type { Hands } from "./take/prepare";
import { Taker } from "./take/taker";
import type { State } from "../contract/snapshotsReport";
import { SnapshotError, snapshotErrorOf } from "./snapshotError";

/** Between two attempts after one that failed: doubled each time, up to the last. */
const RETRY_MS = { first: 60_000, last: 1_800_000 } as const;
/**
 * A request that is not answered for so long says so at once, though it may yet be: 8 MiB at half a megabyte a second.
 */
const SLOW_MS = 15_000;

export interface SnapshotHands extends Omit<Hands, "config"> {
  /** Between the first two attempts, and at most. Default: a minute, half an hour. */
  readonly retryMs?: { readonly first: number; readonly last: number };
  /** Default: 15 s. */
  readonly slowMs?: number;
}

export interface Places {
  readonly dataDir: string;
  /** Below the data folder: fetched files, and dumps that a restore has put aside. */
  readonly fetched: string;
  readonly kept: string;
}

/**
 * A site's snapshots: takes, prunes, restores, and says how they stand. One thing at a time; asked for twice, it is
 * done once.
 */
export class Snapshots {
  private state: State = "waiting";
  private reason = "no snapshot was due yet";
  private newest: NewestSnapshot | null = null;
  private count: number | null = null;
  private request: RequestReport | null = null;
  private restoring: RestoreReport | null = null;
  private drill: DrillReport | null = null;
  private proven: DrillReport | null = null;
  private running: Promise<void> | null = null;
  private failures = 0;
  private retry: NodeJS.Timeout | null = null;
  private readonly taker: Taker;

  constructor(
    private config: SnapshotsFile,
    private readonly hands: SnapshotHands,
    private readonly places: Places,
    private readonly next: () => Date | null,
    private readonly log: (line: string) => void,
  ) {
    this.taker = new Taker({ ...hands, config });
  }

  /** Retention and schedule may change under a running pod; where snapshots go may not. */
  reconfigure(config: SnapshotsFile): void {
    this.config = config;
  }

  report(): SnapshotsReport {
    const { state, reason } = this.standing();
    return {
      site: this.config.site,
      state,
      reason,
      busy: this.running !== null,
      newest: this.newest,
      count: this.count,
      next: this.next()?.toISOString() ?? null,
      request: this.request,
      restore: this.restoring,
      drill: this.drill,
      proven: this.proven,
    };
  }

  /**
   * Takes one unless one is being taken; never rejects. A request is for what the server holds now: it waits for what
   * is under way
   * and is carried out then. `request`: the asker's name for it; asked for twice, it is done once.
   */
  take(request: string | null = null): Promise<void> {
    if (request === null) return this.running ?? this.attempt("anew", null);
    if (this.request?.id === request) return this.running ?? Promise.resolve();
    this.request = { id: request, state: "running", snapshot: null, reason: "" };
    return this.attempt("anew", request);
  }

  /**
   * Finds the snapshot that `from` names, reads it whole and compares it with its manifest; nothing is written.
   * `request` as for `take`.
   */
  check(from: string, request: string): Promise<void> {
    if (this.request?.id === request) return this.running ?? Promise.resolve();
    this.request = { id: request, state: "running", snapshot: null, reason: "" };
    return this.checkOnce(from, request);
  }

  /** Reads what the store holds. A store that does not answer shows in the state. */
  async look(): Promise<void> {
    try {
      await this.see(await readInventory(this.hands.store, this.config.prefix));
      if (this.isStoreTrouble()) this.settle(this.newest === null ? "waiting" : "ok", "the object store answers again");
    } catch (error) {
      const trouble = snapshotErrorOf(error, "reading the bucket");
      this.settle(trouble.state, trouble.message);
    }
  }

  /**
   * Brings a snapshot to where the server looks when it starts. Asked again for the same epoch it goes on; one that
   * failed begins anew.
   */
  restore(from: string, epoch: number): RestoreReport {
    const known = this.restoring;
    if (known !== null && known.epoch === epoch && known.from === from && known.state !== "failed") return known;
    this.restoring = { epoch, from, id: null, state: "fetching", reason: "", bytes: 0, seconds: 0 };
    void this.fetchAndPlace(from, epoch);
    return this.restoring;
  }

  stop(): void {
    if (this.retry !== null) clearTimeout(this.retry);
  }

  private async fetchAndPlace(from: string, epoch: number): Promise<void> {
    const begun = this.hands.now();
    const seconds = (): number => (this.hands.now() - begun) / 1000;
    const tell = (report: Partial<RestoreReport>): void => {
      this.restoring = {
        epoch,
        from,
        id: null,
        state: "fetching",
        reason: "",
        bytes: 0,
        ...this.restoring,
        ...report,
        seconds: seconds(),
      };
    };
    try {
      // A snapshot under way reads the same disk and may be of the data that is about to go.
      while (this.running !== null) await this.running;
      this.taker.drop();
      const found = await locate(this.hands.store, this.config, from);
      tell({ id: found.manifest.id, bytes: found.manifest.bytes });
      await fetchSnapshot(this.hands.store, found, this.places.fetched);
      place(this.config.engine, this.places.fetched, this.places.dataDir, this.places.kept, new Date(this.hands.now()));
      tell({ state: "placed", reason: `${found.manifest.id} of site ${found.manifest.site}` });
      this.log(`restore: ${found.manifest.id} is in place for epoch ${epoch}`);
    } catch (error) {
      const trouble = snapshotErrorOf(error, "restoring");
      // For a site that begins by itself there may be nothing yet, which is no failure.
      tell({
        state: /there is no snapshot/.test(trouble.message) && from === "newest" ? "none" : "failed",
        reason: trouble.message,
      });
      this.log(`restore failed (${trouble.state}): ${trouble.message}`);
    }
  }

  private checkOnce(from: string, request: string): Promise<void> {
    if (this.running !== null) return this.running.then(() => this.checkOnce(from, request));
    this.running = this.readWhole(from, request).finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async readWhole(from: string, request: string): Promise<void> {
    try {
      const found = await locate(this.hands.store, this.config, from);
      await checkSnapshot(this.hands.store, found);
      this.answer(request, "done", found.manifest.id, "");
    } catch (error) {
      const trouble = snapshotErrorOf(error, `reading snapshot ${from}`);
      this.answer(request, "failed", null, `${trouble.state}: ${trouble.message}`);
    }
  }

  private attempt(effort: "anew" | "again", request: string | null): Promise<void> {
    if (this.running !== null) return this.running.then(() => this.attempt(effort, request));
    this.running = this.attemptOnce(effort, request).finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async attemptOnce(effort: "anew" | "again", request: string | null): Promise<void> {
    if (this.retry !== null) clearTimeout(this.retry);
    this.retry = null;
    try {
      const manifest = await this.taker.take(effort);
      this.failures = 0;
      this.log(
        `snapshot ${manifest.id}: ${manifest.bytes} bytes in ${manifest.seconds.toFixed(1)} s, ` +
          `${manifest.sample.keys.length} keys sampled`,
      );
      this.newest = toNewest(manifest);
      this.settle("ok", `took ${manifest.id}`);
      this.answer(request, "done", manifest.id, "");
      await this.tidy();
    } catch (error) {
      const trouble = snapshotErrorOf(error, "taking a snapshot");
      this.log(`no snapshot (${trouble.state}): ${trouble.message}`);
      this.settle(trouble.state, trouble.message);
      this.answer(request, "failed", null, `${trouble.state}: ${trouble.message}`);
      if (this.taker.waiting !== null) this.log(`${this.taker.waiting} stays on the volume, and is sent again`);
      this.tryAgainLater();
    }
  }

  private answer(request: string | null, state: "done" | "failed", snapshot: string | null, reason: string): void {
    if (request !== null && this.request?.id === request) this.request = { id: request, state, snapshot, reason };
  }

  private tryAgainLater(): void {
    const { first, last } = this.hands.retryMs ?? RETRY_MS;
    const wait = Math.min(last, first * 2 ** this.failures);
    this.failures += 1;
    this.retry = setTimeout(() => void this.attempt("again", null), wait);
    this.retry.unref();
  }

  /** After a snapshot: what is not kept any more goes. A failure here leaves a good snapshot behind all the same. */
  private async tidy(): Promise<void> {
    try {
      const inventory = await readInventory(this.hands.store, this.config.prefix);
      for (const key of prunable(inventory, this.config.retention, this.hands.now())) {
        await this.hands.store.remove(key);
        this.log(`pruned ${key}`);
      }
      await this.see(await readInventory(this.hands.store, this.config.prefix));
    } catch (error) {
      const trouble = snapshotErrorOf(error, "pruning");
      this.settle(trouble.state, trouble.message);
    }
    await this.pruneVolume();
  }

  private async pruneVolume(): Promise<void> {
    let server: Connection | null = null;
    try {
      server = await this.hands.connect("steering");
      for (const name of await this.hands.dumper.prune(server, this.hands.now()))
        this.log(`removed ${name} from the volume`);
    } catch (error) {
      this.log(`the volume could not be tidied: ${(error as Error).message}`);
    } finally {
      server?.close();
    }
  }

  private async see(inventory: readonly StoredSnapshot[]): Promise<void> {
    const good = inventory.filter(isGood);
    const newest = newestGood(inventory);
    this.count = good.length;
    this.newest = newest === null ? null : toNewest(newest.state.manifest);
    const drills = await readDrills(this.hands.store, this.config.prefix);
    this.drill = drills.last;
    this.proven = drills.proven;
    const last = inventory.filter((each) => each.state.kind !== "incomplete").pop();
    if (last?.state.kind === "truncated")
      throw new SnapshotError("truncated", `${last.state.reason}; the newest good one is ${newest?.id ?? "none"}`);
    if (newest !== null && this.state === "waiting") this.settle("ok", `the newest is ${newest.id}`);
  }

  /** The state, or that the store lets a request wait: whoever looks is told before the time-out. */
  private standing(): { readonly state: State; readonly reason: string } {
    const waiting = this.hands.store.waiting();
    if (waiting === null || waiting.ms < (this.hands.slowMs ?? SLOW_MS))
      return { state: this.state, reason: this.reason };
    return {
      state: "slow",
      reason:
        `${waiting.doing}: no answer for ${Math.floor(waiting.ms / 1000)} s; the object store does not answer in ` +
        "time",
    };
  }

  private isStoreTrouble(): boolean {
    return ["unreachable", "slow", "denied", "no-bucket", "truncated"].includes(this.state) && this.retry === null;
  }

  private settle(state: State, reason: string): void {
    this.state = state;
    this.reason = reason;
  }
}

const toNewest = ({ id, site, time, bytes, seconds }: NewestSnapshot): NewestSnapshot => ({
  id,
  site,
  time,
  bytes,
  seconds,
});

/** The paths below a data folder. */
export const placesIn = (dataDir: string): Places & { readonly staging: string } => ({
  dataDir,
  staging: join(dataDir, "snapshots", "staging"),
  fetched: join(dataDir, "snapshots", "fetched"),
  kept: join(dataDir, "snapshots", "before-restore"),
});
