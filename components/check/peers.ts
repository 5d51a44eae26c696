import { problemIf, type Problem } from "../problems";
import type { PeerSettings } from "../settings/site";

/**
 * Each peer has a port of its own for its server and its guard, from 6381 and 9981 on; the guard's must end before
 * 9998.
 */
const MOST_PEERS = 16;

export const checkPeers = (site: string, peers: readonly PeerSettings[]): readonly Problem[] => [
  ...problemIf(peers.length > MOST_PEERS, {
    key: "peers",
    problem: `${peers.length} peers`,
    remedy: `at most ${MOST_PEERS}`,
  }),
  ...peers.flatMap((peer, at) => {
    const first = peers.findIndex((each) => each.site === peer.site);
    return [
      ...problemIf(peer.site === site, {
        key: `peers[${at}].site`,
        besides: ["site"],
        problem: `"${peer.site}" is this site itself`,
        remedy: "name the other sites only",
      }),
      ...problemIf(first < at, {
        key: `peers[${at}].site`,
        problem: `"${peer.site}" is peers[${first}] already`,
        remedy: "give each peer one entry",
      }),
    ];
  }),
];
