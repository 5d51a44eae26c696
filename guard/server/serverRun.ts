import type { Milliseconds } from "../../server/types";
import type { DumpView, TakeoverView } from "../observe/observation";
import type { ServerSession } from "./serverSession";

type EndedDump = Omit<Extract<DumpView, { readonly kind: "ended" }>, "forMs"> & { readonly at: number };
type DumpProgress = Exclude<DumpView, { readonly kind: "ended" }> | EndedDump;

/** What this guard has set and begun on one run of the server; forgotten with it. */
export class ServerRun {
  dumps: boolean | null = null;
  credentials: boolean | null = null;
  takeover: TakeoverView = { kind: "none" };
  private dump: DumpProgress = { kind: "none" };
  private followedAt: number | null = null;
  private readonly metAt = performance.now();

  constructor(readonly session: ServerSession) {}

  get runId(): string {
    return this.session.runId;
  }

  noteFollow(): void {
    this.followedAt = performance.now();
  }

  noteDump(dump: Exclude<DumpProgress, { readonly kind: "ended" }> | Omit<EndedDump, "at">): void {
    this.dump = dump.kind === "ended" ? { ...dump, at: performance.now() } : dump;
  }

  get divergenceDump(): DumpView {
    if (this.dump.kind !== "ended") return this.dump;
    const { at, ...ended } = this.dump;
    return { ...ended, forMs: sinceMs(at) };
  }

  get sinceMetMs(): Milliseconds {
    return sinceMs(this.metAt);
  }

  get sinceFollowMs(): Milliseconds {
    return sinceMs(this.followedAt);
  }
}

const LONG_AGO_MS = 3_600_000;

/** By the monotonic clock; an hour where it never was. */
export const sinceMs = (at: number | null): Milliseconds =>
  (at === null ? LONG_AGO_MS : performance.now() - at) as Milliseconds;
