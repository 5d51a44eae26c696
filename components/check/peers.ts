import { isSiteName } from "../../server/types";
import type { Problem } from "../problems";
import type { PeerSettings } from "../settings/site";
import { checkRange, isHost } from "./values";

/**
 * Each peer has a port of its own for its server and its guard, from 6381 and 9981 on; the guard's must end before
 * 9998.
 */
const MOST_PEERS = 16;

function checkPeer(site: string, peers: readonly PeerSettings[], at: number): readonly Problem[] {
  const peer = peers[at];
  if (peer === undefined) return [];
  const path = `peers[${at}]`;
  const first = peers.findIndex((each) => each.site === peer.site);
  return [
    ...(isSiteName(peer.site)
      ? []
      : [
          {
            key: `${path}.site`,
            problem: `"${peer.site}" is no site's name`,
            remedy: 'use at most 32 of a-z, 0-9 and "-", a letter first',
          },
        ]),
    ...(peer.site === site
      ? [{ key: `${path}.site`, problem: `"${peer.site}" is this site itself`, remedy: "name the other sites only" }]
      : []),
    ...(first < at
      ? [
          {
            key: `${path}.site`,
            problem: `"${peer.site}" is peers[${first}] already`,
            remedy: "give each peer one entry",
          },
        ]
      : []),
    ...(isHost(peer.address)
      ? []
      : [
          {
            key: `${path}.address`,
            problem: `"${peer.address}" is no host name and no IP address`,
            remedy: `write where the Service dragonfly-link of site ${peer.site} is reached from here`,
          },
        ]),
    ...checkRange(`${path}.port`, peer.port, 1, 65_535),
  ];
}

export const checkPeers = (site: string, peers: readonly PeerSettings[]): readonly Problem[] => [
  ...(peers.length > MOST_PEERS
    ? [{ key: "peers", problem: `${peers.length} peers`, remedy: `at most ${MOST_PEERS}` }]
    : []),
  ...peers.flatMap((_, at) => checkPeer(site, peers, at)),
];
