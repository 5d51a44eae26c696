import { spawnSync } from "node:child_process";
import type { RawResource } from "../../../policies/model/resource";
import { Deployment } from "../../../policies/model/deployment";
import type { Connection, Endpoint } from "../../../policies/network/endpoint";
import { PolicyIndex } from "../../../policies/network/policyIndex";
import { reaches } from "../../../policies/network/reach";
import { Random } from "../random";
import { PORTS, randomConnection, randomPolicy, type RandomPolicy } from "./randomPolicies";

/** What one comparison found. */
export interface Comparison {
  readonly pairs: number;
  readonly allowed: number;
  /** Each with what would reproduce it. */
  readonly different: readonly string[];
}

const CONNECTIONS_A_WORLD = 25;
const LARGEST_ANSWER = 256 * 2 ** 20;

/** Asks cyclonus and ourselves about the same policies and connections. @throws Error when the program fails. */
export function compare(program: string, seed: number, worlds: number): Comparison {
  const random = new Random(seed);
  const asked = Array.from({ length: worlds }, (_, world) => ({
    policies: Array.from({ length: 1 + random.below(4) }, (_, i) => randomPolicy(random, `p${world}-${i}`)),
    connections: Array.from({ length: CONNECTIONS_A_WORLD }, () => randomConnection(random)),
  }));
  const theirs = ask(
    program,
    asked.map(({ policies, connections }) => ({ policies, connections: connections.map(question) })),
  );
  const different: string[] = [];
  let allowed = 0;
  for (const [world, { policies, connections }] of asked.entries()) {
    const read = networkOf(policies);
    for (const [i, connection] of connections.entries()) {
      const ours = reaches(read.gate, connection) === "admitted";
      if (ours) allowed += 1;
      if (ours !== theirs[world]?.[i]) different.push(JSON.stringify({ seed, world, policies, connection, ours }));
    }
  }
  return { pairs: worlds * CONNECTIONS_A_WORLD, allowed, different };
}

/** One answer, a list of truths, for each question. */
export function ask(program: string, questions: readonly unknown[]): readonly (readonly boolean[])[] {
  const { status, stdout, stderr } = spawnSync(program, {
    input: questions.map((each) => JSON.stringify(each)).join("\n"),
    encoding: "utf8",
    maxBuffer: LARGEST_ANSWER,
  });
  if (status !== 0) throw new Error(`cyclonus failed: ${stderr}`);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as readonly boolean[]);
}

function networkOf(policies: readonly RandomPolicy[]) {
  const resources = policies.map(({ metadata, spec }): RawResource => ({
    type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    name: metadata.name,
    stack: "s",
    props: { metadata, spec },
  }));
  return new PolicyIndex(Deployment.of(resources).stacks[0]?.network.policies ?? []);
}

const question = ({ from, to, port, protocol }: Connection) => ({
  from: peer(from),
  to: peer(to),
  port,
  portName:
    to.kind === "pod" ? (PORTS.find((each) => each.port === port && each.protocol === protocol)?.name ?? "") : "",
  protocol,
});

const peer = (endpoint: Endpoint) =>
  endpoint.kind !== "pod"
    ? { ip: endpoint.kind === "address" ? endpoint.ip : "" }
    : {
        ip: endpoint.ip,
        namespace: endpoint.namespace,
        namespaceLabels: endpoint.namespaceLabels,
        labels: endpoint.labels,
      };
