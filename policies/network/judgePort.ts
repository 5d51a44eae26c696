import { title } from "../model/resource";
import type { Stack } from "../model/stack";
import { notJudged, violation, type Finding } from "../rule";
import type { AllowedPeer } from "./allowedPeers";
import type { ExposedPort } from "./exposedPorts";
import { Gate } from "./reach";
import { probesFor, type Probe } from "./probes";

/** What an exposed port is compared with. */
export interface Expectation {
  readonly allowedPeers: readonly AllowedPeer[];
  /** Address blocks and namespaces of the allowed peers: they decide which probes are tried. */
  readonly cidrs: readonly string[];
  readonly namespaces: readonly string[];
  /** `exactly`: each peer has to be let in as well. `at most`: others are not. */
  readonly extent: "exactly" | "at most";
  /** Keys of the stack's configuration that decide this. */
  readonly config: readonly string[];
}

/** Compares whom the policies admit at a port with whom they should admit. */
export function* judgePort(stack: Stack, exposed: ExposedPort, expectation: Expectation): Iterable<Finding> {
  const { network } = stack;
  const subject = { resource: exposed.resource, part: `port ${exposed.port}` };
  const gate = new Gate(network.policies, exposed.pod, "ingress");
  const tried = probesFor(network, gate, expectation);
  const admitted = tried.filter(({ endpoint }) => gate.admits(endpoint, exposed.port, exposed.protocol ?? "TCP"));
  const undeclared = admitted.filter(({ endpoint }) => !expectation.allowedPeers.some((peer) => peer.covers(endpoint)));
  const gaps = [
    ...network.unread.map((each) => title(each.resource)),
    ...gate.policies.flatMap((policy) => (policy.unknown.length > 0 ? [title(policy.resource)] : [])),
  ];
  // A policy that is not read yet can only close what is open, or open what is closed: which, depends on the question.
  if (undeclared.length > 0 && network.unread.length > 0)
    yield notJudged(subject, `who reaches port ${exposed.port} is not known: ${gaps.join(", ")} cannot be read yet`);
  else if (undeclared.length > 0)
    yield violation(subject, `${describe(exposed)} admits ${summary(undeclared)}`, { config: expectation.config });
  if (expectation.extent === "at most") return;
  const missing = expectation.allowedPeers.filter((peer) => !letIn(peer, gate, exposed, admitted));
  if (missing.length > 0 && gaps.length > 0)
    yield notJudged(
      subject,
      `whether ${missing.map((each) => each.title).join(", ")} may reach port ${exposed.port} is not known: ${gaps.join(", ")} cannot be read yet`,
    );
  else if (missing.length > 0)
    yield violation(subject, `${describe(exposed)} does not admit ${missing.map((each) => each.title).join(", ")}`, {
      config: expectation.config,
    });
}

const letIn = (peer: AllowedPeer, gate: Gate, exposed: ExposedPort, admitted: readonly Probe[]): boolean =>
  admitted.some(({ endpoint }) => peer.covers(endpoint)) ||
  peer.examples.some((endpoint) => gate.admits(endpoint, exposed.port, exposed.protocol ?? "TCP"));

const describe = (exposed: ExposedPort): string =>
  exposed.port === 1 ? "a port that nothing listens on" : `port ${exposed.port} of the pods`;

function summary(undeclared: readonly Probe[]): string {
  const [first] = undeclared;
  return `${first?.title ?? "nobody"}${undeclared.length > 1 ? ` and others (${undeclared.length} kinds in all)` : ""}`;
}
