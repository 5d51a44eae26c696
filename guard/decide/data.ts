import { compareData, contains, type DataState } from "../../contract/dataState";
import { compareDataVersions } from "../../contract/epochs";
import type { DataVersion, DiscardedData } from "../../contract/siteRole";
import type { SiteName } from "../../server/types";
import type { PeerView, ServerView } from "../observe/observation";
import type { GuardState } from "../remember/guardState";
import type { Situation } from "./situation";

/** What the server holds; null where it holds no data of the cache, or a part of it, or cannot be asked. */
export function heldData(state: GuardState, server: ServerView): DataState | null {
  if (server.kind !== "answering" || server.loading || server.heartbeat == null) return null;
  if (state.partial === server.runId) return null;
  const { epoch, sequence, runId: run, history, sealed } = server.heartbeat;
  const standing = sealed || run === server.runId ? "whole" : state.copied === server.runId ? "copied" : "loaded";
  return { epoch, sequence, run, standing, history };
}

export const written = ({ epoch, sequence }: DataVersion): string => `${epoch}/${sequence}`;

/** How an operator gives data up on a command line. */
export const discardFlag = (site: SiteName, data: DataVersion): string => `--discard ${site}@${written(data)}`;

export const isDiscarded = (
  discard: readonly DiscardedData[] | undefined,
  site: SiteName,
  data: DataVersion,
): boolean => discard?.some((given) => given.site === site && compareDataVersions(given, data) >= 0) === true;

export interface NewerCopy {
  readonly site: SiteName;
  readonly data: DataState;
  readonly reachable: boolean;
}

/** Peers that hold, or by their last word held, more than `own`; the newest first. */
export function newerCopies(o: Situation, own: DataState | null): readonly NewerCopy[] {
  return o.peersConfigured
    .flatMap((site): NewerCopy[] => {
      const data = o.state.peers[site]?.data ?? null;
      const reachable = o.peers.some((peer) => peer.site === site && peer.reachable);
      return data !== null && (own === null || compareData(own, data) < 0) ? [{ site, data, reachable }] : [];
    })
    .sort((a, b) => compareData(b.data, a.data));
}

/** Whether nothing is lost when the peer's data replaces what this server holds. */
export const isContainedIn = (peer: PeerView, own: DataState | null): boolean =>
  own === null || (peer.data !== null && contains(peer.data, own));
