import type { SiteRoleStatus } from "../../contract/siteRole";

/** A quiet site writes no more often; a reader may take an older status for a dead guard after three times this. */
export const STATUS_INTERVAL_MS = 5_000;

/** Writes the status at once when it says something new, and every few seconds besides; one write at a time. */
export class StatusWriter {
  private lastKey = "";
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
    if (keyOf(status) === this.lastKey && this.monotonic() - this.lastAt < STATUS_INTERVAL_MS) return;
    if (this.writing) {
      this.wanted = true;
      return;
    }
    this.writing = true;
    this.lastKey = keyOf(status);
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

/** What is new is a change of state, not the passing of time. */
function keyOf(status: SiteRoleStatus): string {
  const {
    phase,
    reason,
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
    withoutNumbers(reason),
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

const withoutNumbers = (text: string): string => text.replace(/\d+ s\b/g, "");
