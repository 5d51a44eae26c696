import { ports } from "../server/ports";
import { parse } from "../contract/parse";
import type { SnapshotRequest } from "../contract/siteRole";
import { snapshotsReport, type SnapshotsReport } from "../contract/snapshotsReport";

/** How often it is looked at, and how long it may take to answer; in milliseconds. */
export interface RelayPace {
  readonly pollMs: number;
  /** While something is under way that was asked for. */
  readonly pollBusyMs: number;
  readonly timeoutMs: number;
}

const PACE: RelayPace = { pollMs: 5_000, pollBusyMs: 500, timeoutMs: 2_000 };

/** The process beside the guard that takes and restores snapshots: hands requests on, and keeps its last report. */
export class SnapshotsRelay {
  /** null while it does not answer. */
  report: SnapshotsReport | null = null;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  /** @param onChange - after each report that says something new. */
  constructor(
    private readonly onChange: () => void,
    private readonly address = `http://127.0.0.1:${ports.snapshots}`,
    private readonly pace: RelayPace = PACE,
  ) {}

  start(): void {
    void this.poll();
  }

  stop(): void {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  /** @throws Error when it does not take the request. */
  async snapshot(request: SnapshotRequest): Promise<void> {
    await this.post("/snapshot", request);
  }

  /** Asked again for the same epoch it goes on with what it does; what failed begins anew. @throws Error as above. */
  async restore(from: string, epoch: number): Promise<void> {
    await this.post("/restore", { from, epoch });
  }

  /** In Prometheus' text format; empty while it does not answer. */
  async metrics(): Promise<string> {
    try {
      const answer = await this.ask("/metrics");
      return answer.ok ? await answer.text() : "";
    } catch {
      return "";
    }
  }

  private async post(path: string, body: unknown): Promise<void> {
    const answer = await this.ask(path, { method: "POST", body: JSON.stringify(body) });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`snapshots: ${path} answers ${answer.status}`);
    await this.poll();
  }

  private async poll(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    let now: SnapshotsReport | null = null;
    try {
      const answer = await this.ask("/status");
      if (answer.ok) now = parse(snapshotsReport, await answer.json(), "the snapshots' process");
    } catch {
      // Says so by its absence.
    }
    if (this.stopped) return;
    const changed = JSON.stringify(now) !== JSON.stringify(this.report);
    this.report = now;
    const busy = now?.request?.state === "running" || now?.restore?.state === "fetching";
    if (this.timer === null)
      this.timer = setTimeout(() => void this.poll(), busy ? this.pace.pollBusyMs : this.pace.pollMs);
    if (changed) this.onChange();
  }

  private ask(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.address}${path}`, { ...init, signal: AbortSignal.timeout(this.pace.timeoutMs) });
  }
}
