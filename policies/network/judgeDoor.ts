import { title } from "../model/resource";
import type { Stack } from "../model/stack";
import { notJudged, violation, type Finding } from "../rule";
import type { Caller } from "./callers";
import type { Door } from "./doors";
import { Gate } from "./reach";
import { witnesses, type Witness } from "./witness";

/** What a door is compared with. */
export interface Expectation {
  readonly callers: readonly Caller[];
  /** Address blocks and namespaces in the callers: they tell who is to be tried. */
  readonly cidrs: readonly string[];
  readonly namespaces: readonly string[];
  /** `exactly`: each caller has to be let in as well. `at most`: others are not. */
  readonly extent: "exactly" | "at most";
  /** Keys of the stack's configuration that decide this. */
  readonly config: readonly string[];
}

/** Compares who the policies let through a door with who is meant to be. */
export function* judgeDoor(stack: Stack, door: Door, expectation: Expectation): Iterable<Finding> {
  const { network } = stack;
  const subject = { resource: door.resource, part: `port ${door.port}` };
  const gate = new Gate(network.policies, door.pod, "ingress");
  const tried = witnesses(network, gate, expectation);
  const admitted = tried.filter(({ endpoint }) => gate.admits(endpoint, door.port, door.protocol ?? "TCP"));
  const strangers = admitted.filter(({ endpoint }) => !expectation.callers.some((caller) => caller.covers(endpoint)));
  const gaps = [
    ...network.unread.map((each) => title(each.resource)),
    ...gate.policies.flatMap((policy) => (policy.unknown.length > 0 ? [title(policy.resource)] : [])),
  ];
  // A policy that is not read yet can only close what is open, or open what is closed: which, depends on the question.
  if (strangers.length > 0 && network.unread.length > 0)
    yield notJudged(subject, `who reaches port ${door.port} is not known: ${gaps.join(", ")} cannot be read yet`);
  else if (strangers.length > 0)
    yield violation(subject, `${describe(door)} admits ${summary(strangers)}`, { config: expectation.config });
  if (expectation.extent === "at most") return;
  const missing = expectation.callers.filter((caller) => !letIn(caller, gate, door, admitted));
  if (missing.length > 0 && gaps.length > 0)
    yield notJudged(
      subject,
      `whether ${missing.map((each) => each.title).join(", ")} may reach port ${door.port} is not known: ${gaps.join(", ")} cannot be read yet`,
    );
  else if (missing.length > 0)
    yield violation(subject, `${describe(door)} does not admit ${missing.map((each) => each.title).join(", ")}`, {
      config: expectation.config,
    });
}

const letIn = (caller: Caller, gate: Gate, door: Door, admitted: readonly Witness[]): boolean =>
  admitted.some(({ endpoint }) => caller.covers(endpoint)) ||
  caller.examples.some((endpoint) => gate.admits(endpoint, door.port, door.protocol ?? "TCP"));

const describe = (door: Door): string =>
  door.port === 1 ? "a port that nothing listens on" : `port ${door.port} of the pods`;

function summary(strangers: readonly Witness[]): string {
  const [first] = strangers;
  return `${first?.title ?? "nobody"}${strangers.length > 1 ? ` and others (${strangers.length} kinds in all)` : ""}`;
}
