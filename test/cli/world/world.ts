import type { Clock } from "../../../cli/clock";
import type { JournalEntry, Journal } from "../../../cli/journal";
import type { Receipt } from "../../../cli/output/receipt";
import type { CommandContext } from "../../../cli/command/context";
import type { SiteEntry } from "../../../cli/sites/entry";
import { epoch, siteName, type Engine, type SiteName } from "../../../server/types";
import { initialPrimary, replicaOf } from "../../../cli/plan/specs";
import { MemoryDrills } from "./memoryDrills";
import { MemoryCluster, MemoryLease, MemoryStore } from "./memoryCluster";
import { ModelGuard, type GuardModelOptions } from "./modelGuard";
import { VirtualClock } from "./virtualClock";

export const PRIMARY = siteName("primary");
export const DR = siteName("dr");

export class MemoryJournal implements Journal {
  entry: JournalEntry | null = null;

  async read(command: string, to: SiteName): Promise<JournalEntry | null> {
    return this.entry?.command === command && this.entry.to === to ? this.entry : null;
  }

  async begin(entry: JournalEntry): Promise<void> {
    this.entry = entry;
  }

  async end(): Promise<void> {
    this.entry = null;
  }
}

/**
 * Two sites with their guards, a client that writes wherever it may, and commands over them; everything happens when
 * `drive` says so.
 */
export class World {
  readonly clock = new VirtualClock();
  readonly journal = new MemoryJournal();
  readonly receipts: Receipt[] = [];
  readonly entries: readonly SiteEntry[];
  readonly clusters: ReadonlyMap<SiteName, MemoryCluster>;
  readonly guards: readonly [ModelGuard, ModelGuard];
  readonly notes: string[] = [];
  readonly printed: string[] = [];
  /** Ids of the writes that a client was told are done. */
  readonly acknowledged = new Set<number>();
  /** What must never be, as it is found. */
  readonly violations: string[] = [];
  private pending: (() => void)[] = [];
  private nextWrite = 1;
  private run = 0;

  constructor(options: GuardModelOptions) {
    this.entries = [entry(PRIMARY, DR, options.engine), entry(DR, PRIMARY, options.engine)];
    this.clusters = new Map(this.entries.map((e) => [e.site, new MemoryCluster(e.site, () => this.clock.now())]));
    const [a, b] = [new ModelGuard(this.cluster(PRIMARY), options), new ModelGuard(this.cluster(DR), options)];
    a.peer = b;
    b.peer = a;
    a.server = "primary";
    this.guards = [a, b];
  }

  /** Introduced and in sync, as after init. */
  static introduced(options: GuardModelOptions = { engine: "redis", proof: "required" }): World {
    const world = new World(options);
    world.cluster(DR).put(replicaOf(DR, epoch(1), PRIMARY));
    world.cluster(PRIMARY).put(initialPrimary(PRIMARY, epoch(1)));
    for (let i = 0; i < 3; i++) world.tick();
    return world;
  }

  cluster(site: SiteName): MemoryCluster {
    const found = this.clusters.get(site);
    if (found === undefined) throw new Error(`no cluster ${site}`);
    return found;
  }

  guard(site: SiteName): ModelGuard {
    return site === PRIMARY ? this.guards[0] : this.guards[1];
  }

  openSites(): SiteName[] {
    return this.guards.filter((g) => g.open).map((g) => g.site);
  }

  /** CommandContext for one run of a command; a run that was killed gets nothing any more. */
  context(overrides: Partial<CommandContext> = {}): CommandContext {
    const run = ++this.run;
    const turn = (): Promise<void> =>
      new Promise((resolve) => this.pending.push(() => (run === this.run ? resolve() : undefined)));
    const never = new Promise<void>(() => undefined);
    const clock: Clock = {
      now: () => this.clock.now(),
      after: (ms, signal) => this.clock.after(ms, signal).then(() => (run === this.run ? undefined : never)),
    };
    return {
      sites: this.entries,
      folders: { cwd: "/", state: "/" },
      clock,
      journal: this.journal,
      progress: {
        begin: () => undefined,
        tell: () => undefined,
        end: () => undefined,
        note: (line) => this.notes.push(line),
      },
      signal: new AbortController().signal,
      holder: `me@here/${run}`,
      hasEnded: (holder) => holder !== `me@here/${run}`,
      connect: ({ site }) => ({
        store: new MemoryStore(this.cluster(site), turn),
        lease: new MemoryLease(this.cluster(site)),
        drills: new MemoryDrills(site),
      }),
      ask: null,
      print: (text) => void this.printed.push(text),
      saveReceipt: async (receipt) => {
        this.receipts.push(receipt);
        return "receipt.json";
      },
      ...overrides,
    };
  }

  /** The command that is running ends here, without a word. */
  kill(): void {
    this.run += 1;
    this.pending = [];
  }

  /** One round of everything, in order. */
  tick(): void {
    for (const guard of this.guards) {
      guard.step();
      this.check();
    }
    this.clientWrites();
    this.clock.pass(50);
  }

  /** One of the things that may happen next, as `choice` (0 and up) says. */
  happen(choice: number): void {
    const [a, b] = this.guards;
    const which = choice >> 4;
    const options = [
      ...Array.from({ length: 5 }, () => () => this.release(which)),
      ...[a, a, b, b].map((guard) => () => guard.step()),
      () => this.clientWrites(),
      () => this.clock.pass(which * 10),
      () => a.wake(),
      () => this.trouble(which),
    ];
    options[choice % 16]?.();
    this.check();
  }

  /** A cluster's API server goes or comes back, or the link does. */
  trouble(which: number): void {
    const [a, b] = this.guards;
    const troubles = [
      () => (a.cluster.reachable = !a.cluster.reachable),
      () => (b.cluster.reachable = !b.cluster.reachable),
      () => (a.linkUp = !a.linkUp),
    ];
    troubles[which % 3]?.();
  }

  /** Everything can be reached again. */
  mend(): void {
    for (const guard of this.guards) {
      guard.linkUp = true;
      guard.cluster.reachable = true;
    }
  }

  /**
   * Runs `command` to its end: first as `choices` say, then everything in turn. Null: killed before the choice of that
   * number.
   */
  async drive<T>(
    command: Promise<T>,
    choices: readonly number[] = [],
    killAt: number | null = null,
  ): Promise<T | null> {
    let over = false;
    const ended = command.finally(() => (over = true));
    ended.catch(() => undefined);
    for (const [i, choice] of choices.entries()) {
      await settle();
      if (over) break;
      if (i === killAt) {
        this.kill();
        return null;
      }
      this.happen(choice);
    }
    for (let round = 0; ; round++) {
      await settle();
      if (over) return await ended;
      if (round > 20_000) throw new Error("the command does not end");
      while (this.pending.length > 0) {
        this.release(0);
        await settle();
      }
      this.tick();
    }
  }

  clientWrites(): void {
    for (const guard of this.guards) if (guard.write(this.nextWrite)) this.acknowledged.add(this.nextWrite++);
  }

  lost(site: SiteName): number[] {
    const { data } = this.guard(site);
    return [...this.acknowledged].filter((id) => !data.has(id));
  }

  private release(which: number): void {
    if (this.pending.length === 0) return;
    this.pending.splice(which % this.pending.length, 1)[0]?.();
  }

  private check(): void {
    const open = this.openSites();
    if (open.length > 1) this.violations.push(`${open.join(" and ")} are open at once`);
  }
}

/** Lets every promise that can go on do so. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const entry = (site: SiteName, peer: SiteName, engine: Engine): SiteEntry => ({
  site,
  namespace: "cache",
  kubeconfig: null,
  context: null,
  engine,
  peers: [peer],
});
