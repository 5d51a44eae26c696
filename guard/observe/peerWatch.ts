import { Agent, request } from "node:http";
import type { Milliseconds, SiteName } from "../../server/types";
import type { PeerAddress } from "../../contract/siteFile";
import type { PeerRecord } from "../guardView";
import type { PeerView } from "./observation";
import { claimQuery } from "./toldClaims";
import { guardReport, type GuardReport } from "../../contract/guardReport";
import type { DataState } from "../../contract/dataState";
import type { Claim } from "../../contract/epochs";
import { parseJson } from "../../contract/parse";

export const POLL_INTERVAL_MS = 500 as Milliseconds;
const POLL_TIMEOUT_MS = 1_000;
const MAX_REPORT_BYTES = 64 * 1024;

/** Asks one peer's guard how it stands, over the link, twice a second. */
export class PeerWatch {
  private agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private timer: NodeJS.Timeout | null = null;
  private polling = false;
  /** Counts what was forgotten: an answer to a question from before says nothing of now. */
  private generation = 0;
  private reachable = false;
  private servingSince: number | null = null;
  /** When the question was sent that `report` answers. */
  private askedAt: number | null = null;
  /** The last report, however old. */
  private report: GuardReport | null = null;
  /** Monotonic ms of the last one; null when there was none. */
  private lastContact: number | null = null;

  constructor(
    readonly peer: PeerAddress,
    private readonly onReport: (peer: PeerWatch, changed: boolean) => void,
    /** What this site claims; sent along with each question. */
    private readonly ownClaim: () => Claim | null = () => null,
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.poll().catch(() => undefined), POLL_INTERVAL_MS);
    void this.poll().catch(() => undefined);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.agent.destroy();
  }

  /**
   * This site's server has started: what the peer said before is no word on whose data is newer now. Until it has
   * answered a
   * question that was asked from here on, it counts as not reached.
   */
  forget(): void {
    this.generation += 1;
    this.reachable = false;
    this.servingSince = null;
    void this.poll().catch(() => undefined);
  }

  view(): PeerView {
    const { report } = this;
    const promotion = report?.promotion;
    return {
      site: this.peer.site,
      reachable: this.reachable,
      specRole: report?.specRole ?? null,
      specEpoch: report?.specEpoch ?? null,
      serving: this.reachable && report?.serving === true,
      servingForMs: (this.servingSince === null ? 0 : this.monotonic() - this.servingSince) as Milliseconds,
      data: report === null ? null : dataOf(report),
      empty: report?.empty === true,
      askedMsAgo: (this.askedAt === null ? 0 : this.monotonic() - this.askedAt) as Milliseconds,
      refusedEpoch: report?.refusedEpoch ?? null,
      takingOver: report?.takingOver ?? null,
      recoveringFrom: report?.recoveringFrom ?? null,
      givingTo: report?.givingTo ?? null,
      position: report?.replication?.position ?? null,
      promotion:
        promotion === undefined
          ? null
          : {
              epoch: promotion.epoch,
              mode: promotion.mode,
              commandsSeen: promotion.commandsSeen,
              runIdSeen: report?.promotionRunId ?? null,
            },
      handover: report?.handover ?? null,
    };
  }

  record(): PeerRecord {
    const { report, lastContact } = this;
    const secondsSinceContact = lastContact === null ? null : (this.monotonic() - lastContact) / 1000;
    return { site: this.peer.site, view: this.view(), report, secondsSinceContact };
  }

  /** Asks once, outside the rhythm. @throws when the peer does not answer within a second. */
  async askNow(): Promise<GuardReport> {
    const asked = this.monotonic();
    const report = await this.get(new Agent({ keepAlive: false }));
    this.took(report, asked);
    return report;
  }

  site(): SiteName {
    return this.peer.site;
  }

  private async poll(): Promise<void> {
    if (this.polling) return;
    this.polling = true;
    const { generation } = this;
    try {
      const asked = this.monotonic();
      const report = await this.get(this.agent);
      if (generation === this.generation) this.took(report, asked);
    } catch {
      // A connection that a cut has frozen would be retried slower and slower by TCP: the next poll makes a new one.
      this.agent.destroy();
      this.agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const changed = this.reachable;
      this.reachable = false;
      this.servingSince = null;
      this.onReport(this, changed);
    } finally {
      this.polling = false;
    }
    if (generation !== this.generation) await this.poll();
  }

  private took(report: GuardReport, asked: number): void {
    const before = JSON.stringify([this.reachable, summary(this.report)]);
    this.report = report;
    this.askedAt = asked;
    this.reachable = true;
    this.lastContact = this.monotonic();
    this.servingSince = report.serving ? (this.servingSince ?? this.monotonic()) : null;
    this.onReport(this, before !== JSON.stringify([true, summary(report)]));
  }

  private get(agent: Agent): Promise<GuardReport> {
    const { host, guardPort, site } = this.peer;
    const claim = this.ownClaim();
    const path = `/status${claim === null ? "" : claimQuery(claim)}`;
    return new Promise((resolve, reject) => {
      const call = request({ host, port: guardPort, path, agent, timeout: POLL_TIMEOUT_MS }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
          if (text.length > MAX_REPORT_BYTES) call.destroy(new Error("report too long"));
        });
        response.on("error", reject);
        response.on("end", () => {
          try {
            if (response.statusCode !== 200) throw new Error(`answered ${response.statusCode}`);
            const report = parseJson(guardReport, text, `the guard of ${site}`);
            if (report.site !== site) throw new Error(`not the guard of ${site}`);
            resolve(report);
          } catch (error) {
            reject(error as Error);
          }
        });
      });
      const late = setTimeout(() => call.destroy(new Error("no answer")), POLL_TIMEOUT_MS);
      call.on("close", () => clearTimeout(late));
      call.on("error", reject);
      call.end();
    });
  }
}

/** What makes the guard judge at once instead of at its next turn. */
const summary = (report: GuardReport | null): unknown =>
  report === null
    ? null
    : [
        report.specEpoch,
        report.specRole,
        report.serving,
        report.phase,
        report.handover,
        report.promotion?.epoch,
        report.refusal?.epoch,
        report.recoveringFrom,
        report.givingTo,
        report.takingOver,
      ];

/** A guard of an older version says less of what its server holds. */
function dataOf({ data, dataVersion }: GuardReport): DataState | null {
  if (data !== undefined) return data;
  return dataVersion === null ? null : { ...dataVersion, run: "", standing: "copied", history: [] };
}
