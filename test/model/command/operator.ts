import { setMaxListeners } from "node:events";
import { Command } from "commander";
import { COMMANDS } from "../../../cli/commands";
import { addOptions } from "../../../cli/command/options";
import type { CommandContext } from "../../../cli/command/context";
import type { Clock } from "../../../cli/clock";
import type { Result } from "../../../cli/command/result";
import { CommandFailure } from "../../../cli/failure";
import type { JournalEntry } from "../../../cli/journal";
import type { KubeApi } from "../../../cli/kube/api";
import { KubeLeaseStore } from "../../../cli/kube/leaseStore";
import { KubeSiteStore } from "../../../cli/kube/siteStore";
import { SiteUnreachable, type DrillStore, type WriteOutcome } from "../../../cli/kube/stores";
import type { SiteEntry } from "../../../cli/sites/entry";
import type { Receipt } from "../../../cli/output/receipt";
import { siteAt, type World } from "../world/world";
import { answer, type Answer } from "../world/apiServer";

// Every wait of a command listens for its end.
setMaxListeners(0);

/** How one request of a command fares, where it is not answered as the API server would. */
export type RequestFault =
  /** The reply is lost; the write was carried out or not. */
  | "lost-done"
  | "lost-not-done"
  /** 500 or 504 after it was carried out, or before. */
  | "500-done"
  | "500-not-done"
  | "429"
  | "403";

interface Pending {
  readonly site: number;
  readonly method: string;
  readonly carryOut: (fault: RequestFault | null) => void;
}

/** What a command came to. */
export interface Ending {
  /** null: it was killed. */
  readonly code: number | null;
  /** All that it said: the receipt or the failure, with the way on. */
  readonly text: string;
  readonly receipt: Receipt | null;
}

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** One run of one command of the product, over the simulated clusters; it goes on only when it is let. */
export class Running {
  readonly pending: Pending[] = [];
  private timers: Timer[] = [];
  private readonly watches: { readonly site: number; seen: number; readonly line: (text: string) => void }[] = [];
  private readonly interrupt = new AbortController();
  receipt: Receipt | null = null;
  ending: Ending | null = null;
  requests = 0;

  constructor(
    private readonly w: World,
    readonly line: string,
    readonly holder: string,
    private readonly isRunning: (holder: string) => boolean,
  ) {}

  /** Begins; everything that it asks for waits until it is released. */
  start(): void {
    this.run()
      .then(
        (result) => (this.ending = { code: result.code, text: result.text, receipt: this.receipt }),
        (error: unknown) => {
          if (!(error instanceof CommandFailure)) throw error;
          this.ending = { code: error.code, text: describeFailure(error), receipt: this.receipt };
        },
      )
      .catch((error: unknown) => {
        this.ending = { code: 70, text: `the command broke: ${String(error)}`, receipt: null };
      });
  }

  /** Whether it does anything but wait: then it has not come to its next request yet. */
  get isBusy(): boolean {
    return this.ending === null && this.pending.length === 0 && this.timers.length === 0;
  }

  /** Ctrl-C. */
  interrupted(): void {
    this.interrupt.abort();
  }

  kill(): void {
    this.pending.length = 0;
    this.timers = [];
    this.watches.length = 0;
    this.ending ??= { code: null, text: "killed", receipt: null };
  }

  /** Lets time pass for it, and brings it what it watches. @returns whether it has anything to do. */
  wake(): boolean {
    const due = this.timers.filter((t) => t.at <= this.w.now);
    this.timers = this.timers.filter((t) => t.at > this.w.now);
    for (const timer of due) timer.fire();
    let told = false;
    for (const watch of this.watches) {
      const { api } = siteAt(this.w, watch.site);
      if (api.mode === "down" || api.version === watch.seen) continue;
      watch.seen = api.version;
      told = true;
      watch.line(JSON.stringify({ type: api.object === null ? "DELETED" : "MODIFIED", object: api.object }));
    }
    return due.length > 0 || told;
  }

  private async run(): Promise<Result> {
    const [name, ...args] = this.line.split(" ");
    const definition = COMMANDS.find((d) => d.name === name);
    if (definition === undefined) throw new Error(`no command ${name}`);
    const parsed = new Command(name).exitOverride().configureOutput({ writeErr: () => undefined });
    addOptions(parsed, definition.options);
    parsed.parse(args, { from: "user" });
    return await definition.run(parsed.opts(), this.context());
  }

  private context(): CommandContext {
    const { w } = this;
    const clock: Clock = { now: () => w.now, after: (ms, signal) => this.after(ms, signal) };
    const key = (command: string, to: string): string => `${command} ${to}`;
    return {
      sites: entriesOf(w),
      folders: { cwd: "/", state: "/" },
      clock,
      journal: {
        read: async (command, to) => w.journal.get(key(command, to)) ?? null,
        begin: async (entry: JournalEntry) => void w.journal.set(key(entry.command, entry.to), entry),
        end: async () => w.journal.clear(),
      },
      progress: { begin: () => undefined, tell: () => undefined, end: () => undefined, note: () => undefined },
      signal: this.interrupt.signal,
      holder: this.holder,
      hasEnded: (holder) => holder !== this.holder && !this.isRunning(holder),
      connect: ({ site }) => this.connect(site),
      ask: null,
      print: () => undefined,
      saveReceipt: async (receipt) => {
        this.receipt = receipt;
        return "receipt.json";
      },
    };
  }

  private connect(name: SiteEntry["site"]): ReturnType<CommandContext["connect"]> {
    const site = this.w.sites.findIndex((s) => s.name === name);
    const address = `https://${name}.example`;
    const api = {
      address,
      prepare: async () => undefined,
      request: ({ method, path, body }: { method: string; path: string; body?: unknown }) =>
        this.request(site, address, method, path, body),
      stream: (_: string, onOpen: () => void, line: (text: string) => void, signal: AbortSignal) =>
        this.stream(site, onOpen, line, signal),
      close: () => undefined,
    } as unknown as KubeApi;
    const drills: DrillStore = {
      site: name,
      start: () => Promise.reject(new Error("no drills here")),
      state: () => Promise.reject(new Error("no drills here")),
    };
    return { store: new KubeSiteStore(name, "cache", api), lease: new KubeLeaseStore(name, "cache", api), drills };
  }

  private request(
    site: number,
    address: string,
    method: string,
    path: string,
    body: unknown,
  ): Promise<Answer & { clock: number }> {
    const { name } = siteAt(this.w, site);
    return new Promise((resolve, reject) => {
      const unreachable = (problem: string, outcome: WriteOutcome = "unknown"): void =>
        reject(new SiteUnreachable(name, address, problem, outcome));
      const say = (said: Answer): void => resolve({ ...said, clock: this.w.now });
      const carryOut = (fault: RequestFault | null): void => {
        if (siteAt(this.w, site).api.mode === "down")
          return unreachable("does not answer (ECONNREFUSED)", "not written");
        if (fault === "lost-not-done") return unreachable("does not answer within 5 s");
        if (fault === "500-not-done") return say({ status: 500, body: { kind: "Status", message: "internal error" } });
        if (fault === "429") return say({ status: 429, body: { kind: "Status", message: "too many requests" } });
        if (fault === "403") return say({ status: 403, body: { kind: "Status", message: "forbidden" } });
        const said = answer(this.w, site, method, path, body);
        if (fault === "lost-done") return unreachable("does not answer within 5 s");
        if (fault === "500-done") return say({ status: 504, body: { kind: "Status", message: "request timed out" } });
        say(said);
      };
      this.pending.push({ site, method, carryOut });
    });
  }

  private stream(site: number, onOpen: () => void, line: (text: string) => void, signal: AbortSignal): Promise<void> {
    if (siteAt(this.w, site).api.mode === "down") return Promise.reject(new Error("watch answered nothing"));
    const watch = { site, seen: -1, line };
    this.watches.push(watch);
    onOpen();
    return new Promise((resolve) =>
      signal.addEventListener("abort", () => {
        const at = this.watches.indexOf(watch);
        if (at >= 0) this.watches.splice(at, 1);
        resolve();
      }),
    );
  }

  private after(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const timer: Timer = { at: this.w.now + Math.max(0, ms), fire: resolve };
      this.timers.push(timer);
      signal?.addEventListener("abort", () => {
        this.timers = this.timers.filter((t) => t !== timer);
        resolve();
      });
    });
  }
}

const entriesOf = (w: World): SiteEntry[] =>
  w.sites.map(({ name }) => ({
    site: name,
    namespace: "cache",
    kubeconfig: null,
    context: null,
    engine: w.engine,
    peers: w.sites.filter((s) => s.name !== name).map((s) => s.name),
  }));

/** Everything that a refused command says, whatever fields its failure has for the way on. */
const describeFailure = (error: CommandFailure): string =>
  Object.values(error)
    .flatMap((part: unknown) => (Array.isArray(part) ? part : [part]))
    .filter((part) => typeof part === "string" && part !== error.name)
    .join("\n");
