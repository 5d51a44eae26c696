import type { Milliseconds } from "../../server/types";
import type { DumpView, TakeoverView } from "../observe/observation";
import type { ServerSession } from "./serverSession";

/** What this guard has set and begun on one run of the server; forgotten with it. */
export class ServerRun {
  dumps: boolean | null = null;
  credentials: boolean | null = null;
  takeover: TakeoverView = { kind: "none" };
  divergenceDump: DumpView = { kind: "none" };
  private followedAt: number | null = null;

  constructor(readonly session: ServerSession) {}

  get runId(): string {
    return this.session.runId;
  }

  noteFollow(): void {
    this.followedAt = performance.now();
  }

  get sinceFollowMs(): Milliseconds {
    return sinceMs(this.followedAt);
  }
}

const LONG_AGO_MS = 3_600_000;

/** By the monotonic clock; an hour where it never was. */
export const sinceMs = (at: number | null): Milliseconds =>
  (at === null ? LONG_AGO_MS : performance.now() - at) as Milliseconds;
