import { problemIf, type Problem } from "../problems";
import type { LinkSettings } from "../settings/link";
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

/** Where the peers' authorities come from has to be said for the way in which certificates are made. */
export const checkLink = (
  { certificates, issuer, authoritiesConfigMap }: LinkSettings,
  peers: readonly PeerSettings[],
): readonly Problem[] => {
  const withoutStack = peers.flatMap((peer, at) => (peer.stack === undefined ? [at] : []));
  const managed = certificates === "cert-manager" && peers.length > 0;
  return [
    ...problemIf(certificates === "stack" && withoutStack.length > 0, {
      key: `peers[${withoutStack[0] ?? 0}].stack`,
      besides: ["link.certificates"],
      problem: "is missing: nothing says where that site's authorities are read",
      remedy: 'write the full name of its stack, such as "organization/dragonfly-dr/dr"',
    }),
    ...problemIf(managed && issuer.name === undefined, {
      key: "link.issuer.name",
      besides: ["link.certificates"],
      problem: "is missing",
      remedy: "name the issuer of cert-manager that signs this site's certificate",
    }),
    ...problemIf(managed && authoritiesConfigMap === undefined, {
      key: "link.authoritiesConfigMap",
      besides: ["link.certificates"],
      problem: "is missing: cert-manager's Secret does not hold the peers' authorities",
      remedy: 'name the ConfigMap with peer-ca.crt, such as "dragonfly-link-authorities"',
    }),
  ];
};
