import { ports } from "../../server/ports";

export const sourcePort = (peer: number): number => ports.source + peer;
export const peerGuardPort = (peer: number): number => ports.peerGuard + peer;

export interface GatewayPeer {
  readonly site: string;
  readonly address: string;
  readonly port: number;
}

/** What the gateway's configuration depends on. */
export interface HaproxyConfig {
  readonly site: string;
  readonly namespace: string;
  readonly clusterDomain: string;
  readonly threads: number;
  readonly maxConnections: number;
  /** How long a new session waits for a primary. */
  readonly holdSeconds: number;
  /** How many sessions may wait at a time. */
  readonly holdSessions: number;
  /** New sessions a second that are led over the link; the others wait. */
  readonly linkSessionRate: number;
  /** A line in the log for each connection of a client. */
  readonly logConnections: boolean;
  /** In order: the first has the first port of each kind. */
  readonly peers: readonly GatewayPeer[];
}
