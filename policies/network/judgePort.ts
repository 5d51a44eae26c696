import type { Stack } from "../model/stack";
import { notJudged, violation, type Finding } from "../rule";
import type { AllowedPeer } from "./allowedPeers";
import { UNUSED_PORT, type ExposedPort } from "./exposedPorts";
import { letIn } from "./letIn";
import { doubtsAbout, undeclaredPeers, type Probe } from "./probes";

/** What an exposed port is compared with. */
export interface Expectation {
  readonly allowedPeers: readonly AllowedPeer[];
  /** `exactly`: each peer has to be let in as well. `at most`: others are not. */
  readonly extent: "exactly" | "at most";
  /** Keys of the stack's configuration that decide this. */
  readonly config: readonly string[];
}

/** Compares whom the policies admit at a port with whom they should admit. */
export function* judgePort(stack: Stack, exposed: ExposedPort, expectation: Expectation): Iterable<Finding> {
  const { network } = stack;
  const { port, protocol = "TCP" } = exposed;
  const { allowedPeers, config } = expectation;
  const subject = { resource: exposed.resource, part: `port ${port}` };
  const gate = network.gate(exposed.pod, "ingress");
  // Where no policy stands for the pod at all, network-default-deny says so once.
  if (exposed.purpose === "closed" && gate.isUntouched) return;
  const { found, doubts } = undeclaredPeers(network, gate, port, protocol, allowedPeers);
  if (found.length > 0) yield violation(subject, `${describe(exposed)} admits ${summary(found)}`, { config });
  else if (doubts.length > 0)
    yield notJudged(subject, `who reaches ${describe(exposed)} is not known: ${doubts.join("; ")}`);
  if (expectation.extent === "at most") return;
  const admissions = allowedPeers.map((peer) => ({ peer, isIn: letIn(network, gate, port, protocol, peer) }));
  const titles = (match: "no" | "maybe"): string =>
    admissions
      .filter(({ isIn }) => isIn === match)
      .map(({ peer }) => peer.title)
      .join(", ");
  if (titles("maybe") !== "")
    yield notJudged(
      subject,
      `whether ${titles("maybe")} may reach ${describe(exposed)} is not known: ` +
        doubtsAbout(gate, port, protocol).join("; "),
    );
  if (titles("no") !== "") yield violation(subject, `${describe(exposed)} does not admit ${titles("no")}`, { config });
}

const describe = ({ port }: ExposedPort): string =>
  port === UNUSED_PORT ? "a port that nothing listens on" : `port ${port} of the pods`;

const summary = ([first, ...more]: readonly Probe[]): string =>
  `${first?.title ?? "nobody"}${more.length > 0 ? ` and others (${more.length + 1} kinds in all)` : ""}`;
