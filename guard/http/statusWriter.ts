import type { SiteRoleStatus } from "../../contract/siteRole";

/** A quiet site writes no more often; a reader may take an older status for a dead guard after three times this. */
export const STATUS_INTERVAL_MS = 5_000;
/** A status that differs in its text only is written no more often: the text counts seconds. */
const REASON_INTERVAL_MS = 1_000;

/** Writes the status at once when it says something new, and every few seconds besides; one write at a time. */
export class StatusWriter {
  private lastKey = "";
  private lastReason = "";
  private lastAt = 0;
  private writing = false;
  private wanted = false;

  constructor(
    private readonly status: () => SiteRoleStatus,
    private readonly write: (status: SiteRoleStatus) => Promise<void>,
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  offer(): void {
    const status = this.status();
    const interval = status.reason === this.lastReason ? STATUS_INTERVAL_MS : REASON_INTERVAL_MS;
    if (keyOf(status) === this.lastKey && this.monotonic() - this.lastAt < interval) return;
    if (this.writing) {
      this.wanted = true;
      return;
    }
    this.writing = true;
    this.lastKey = keyOf(status);
    this.lastReason = status.reason;
    this.lastAt = this.monotonic();
    this.write(status)
      .catch(() => {
        this.lastKey = "";
      })
      .finally(() => {
        this.writing = false;
        if (!this.wanted) return;
        this.wanted = false;
        this.offer();
      });
  }
}

/** What is new is a change of state; neither the passing of time nor the text. */
function keyOf(status: SiteRoleStatus): string {
  const {
    phase,
    role,
    epoch,
    serving,
    observedGeneration,
    handover,
    refusal,
    promotion,
    divergence,
    replication,
    peers,
    server,
    snapshots,
  } = status;
  const peerKeys = peers.map((p) => [p.site, p.reachable, p.role, p.epoch, p.serving]);
  return JSON.stringify([
    phase,
    role,
    epoch,
    serving,
    observedGeneration,
    handover,
    refusal,
    promotion,
    divergence,
    replication?.inSync,
    replication?.linkUp,
    replication?.source,
    peerKeys,
    server?.runId,
    snapshots,
  ]);
}
