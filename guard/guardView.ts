import type { GuardReport } from "../contract/guardReport";
import type { Heartbeat } from "../contract/heartbeat";
import type { ServerStatus } from "../contract/siteRole";
import type { SnapshotsReport } from "../contract/snapshotsReport";
import type { Figure } from "../server/figures";
import type { SiteName } from "../server/types";
import type { SiteFile } from "../contract/siteFile";
import type { Decision } from "./decide/action";
import type { PeerView, RoleView, ServerView } from "./observe/observation";
import type { ClientAccess, GuardState } from "./remember/guardState";

/** What the last cycle saw, decided and did. */
export interface CycleResult {
  readonly decision: Decision;
  readonly server: ServerView;
  readonly access: ClientAccess;
  /** The highest epoch of this site's object when it was judged. */
  readonly epoch: number;
  /** What failed in it; null when nothing did. */
  readonly failure: string | null;
}

/** Before the first cycle. */
export const NOTHING_YET: CycleResult = {
  decision: {
    phase: "Starting",
    reason: "the guard is starting",
    actions: [],
    heartbeat: false,
    serving: false,
    inSync: false,
  },
  server: { kind: "absent" },
  access: "unknown",
  epoch: 0,
  failure: null,
};

/** One peer as its guard last reported. */
export interface PeerRecord {
  readonly site: SiteName;
  readonly view: PeerView;
  /** However old; null when there was none. */
  readonly report: GuardReport | null;
  readonly secondsSinceContact: number | null;
}

/** The guard as status, metrics and API see it. */
export interface GuardView {
  readonly config: SiteFile;
  readonly result: CycleResult;
  readonly state: GuardState;
  readonly role: {
    readonly view: RoleView;
    /** Of the role object's spec; 0 while it was not read. */
    readonly generation: number;
    readonly apiServerReachable: boolean;
  };
  readonly peers: readonly PeerRecord[];
  readonly heartbeat: {
    /** The last one that the server acknowledged. */
    readonly last: Heartbeat | null;
    readonly lastError: string | null;
    readonly failures: number;
  };
  readonly server: {
    readonly status: ServerStatus | null;
    /** For monitoring; empty while the server has not answered. */
    readonly figures: readonly Figure[];
    /** Processes that this guard has met. */
    readonly runs: number;
  };
  /** ISO 8601: when clients could last write here; null while they can, and before this guard has seen them stop. */
  readonly stoppedServingAt: string | null;
  /** Since this guard first saw the handover that its role object asks for; 0 where it asks for none. */
  sinceHandoverMs(): number;
  readonly snapshots: { readonly report: SnapshotsReport | null; metrics(): Promise<string> } | null;
}
