import { compareDataVersions } from "../../contract/epochs";
import type { DataState } from "../../contract/dataState";
import type { SiteRoleSpec } from "../../contract/siteRole";
import type { Milliseconds } from "../../server/types";
import { holdsWholeCopy, type AnsweringServer, type PeerView } from "../observe/observation";
import type { Action, Decision } from "./action";
import { heldData, newerCopies, written } from "./data";
import { keepDiverged } from "./divergence";
import type { Situation } from "./situation";
import { attachPassword, closed, setAccess, setDumps } from "./steps";

/** A server attaches again by itself; told anew too early, it would begin from the start. */
const REATTACH_MS = 5_000;
/** A copy that went away for so long is given up: the server loads its own last dump again. */
const SOURCE_LOST_MS = 15_000 as Milliseconds;

/**
 * Rule 7: the peer whose data this primary takes, as it came back with older data; null where there is none. The peer's
 * object agrees on role and epoch, and no site that cannot be asked is known to hold more.
 */
export function recoverySource(o: Situation, spec: SiteRoleSpec, own: DataState | null): PeerView | null {
  if (o.onCrash !== "recover") return null;
  const [newest] = newerCopies(o, own);
  if (newest?.reachable !== true) return null;
  const peer = o.peers.find(({ site }) => site === newest.site);
  const agrees = peer?.specRole === "replica" && peer.specEpoch === spec.epoch && !peer.serving;
  return agrees && peer.data !== null ? peer : null;
}

/** The server is a master with older data than `source`. */
export function beginRecovery(o: Situation, spec: SiteRoleSpec, server: AnsweringServer, source: PeerView): Decision {
  const quiet: Action[] = [...setAccess(o, "closed"), ...setDumps(o, "off")];
  const keeping = keepDiverged(o, source);
  if (keeping !== null) return closed("Recovering", keeping.reason, [...setAccess(o, "closed"), ...keeping.actions]);
  const begun = isRecovering(o, spec, server) && o.state.recovery?.from === source.site;
  const begin: Action[] = begun ? [] : [{ kind: "recover", from: source.site, epoch: spec.epoch }];
  const taking = `takes the data of site ${source.site}${source.data === null ? "" : ` (${written(source.data)})`}`;
  const choice = `; or run dragonfly-dr failover --to ${source.site}`;
  if (source.givingTo !== o.site)
    return closed("Recovering", `${taking}: waits until that copy is open${choice}`, [...quiet, ...begin]);
  return closed("Recovering", `${taking}: attaching${choice}`, [
    ...quiet,
    ...begin,
    ...attachPassword(o),
    { kind: "follow", source: source.site },
  ]);
}

export const isRecovering = ({ state }: Situation, spec: SiteRoleSpec, server: AnsweringServer): boolean =>
  state.recovery?.runId === server.runId && state.recovery.epoch === spec.epoch;

/** The server is attached to the peer whose data it takes. */
export function continueRecovery(o: Situation, server: AnsweringServer): Decision {
  const from = o.state.recovery?.from;
  const source = o.peers.find(({ site }) => site === from);
  const target = from === undefined ? null : (o.state.peers[from]?.data ?? null);
  const own = heldData(o.state, server);
  const step = (reason: string, actions: readonly Action[]): Decision =>
    closed("Recovering", `takes the data of site ${from ?? "?"}: ${reason}`, [...setAccess(o, "closed"), ...actions]);

  if (server.syncInProgress) return step("full sync", setDumps(o, "off"));
  if (holdsWholeCopy(server) && own !== null && (target === null || compareDataVersions(own, target) >= 0))
    return step("it is all here", [{ kind: "detach" }]);
  if (server.linkUp) return step("the rest is on its way", []);
  if (source?.reachable === true && source.givingTo === o.site && o.sinceFollowMs >= REATTACH_MS)
    return step("attaching again", [...attachPassword(o), { kind: "follow", source: source.site }]);
  if (source?.reachable !== true && Math.min(o.sinceFollowMs, server.linkDownMs) >= SOURCE_LOST_MS)
    return step("that site is away: the server is ended, so that it loads its own last dump", [
      { kind: "endServer", how: "kill", forEpoch: null },
    ]);
  return step("attaching", []);
}
