import { NAMESPACE_NAME, type PodEndpoint } from "./endpoint";
import type { PodPeer } from "./rules";
import { meets, negated, type Labels, type Requirement, type Selector } from "./selector";

/** A namespace's name and a label's value that no stack uses. */
export const UNMATCHED = "matched-by-no-policy";
/** At most so many pods are tried for one question; those of real policies need a handful. */
const MOST_TRIES = 2_000;

/** What selectors ask of a pod, and of the namespace it is in. */
export type Demands = Pick<PodPeer, "namespaces" | "pods">;

/** `avoid`: this pod will not do, nor will any other that meets these demands. */
export type Tested = "found" | "no" | { readonly avoid: Demands };

/** The namespaces whose labels are known. */
export interface KnownNamespaces {
  readonly makes: (namespace: string) => boolean;
  readonly labelsOf: (namespace: string) => Labels;
}

/**
 * A pod that meets demands and a test, among all pods that there could be. What the test wants avoided is avoided one
 * requirement after the other, so that no pod is missed; the number of tries is bounded.
 */
export function findPod(
  known: KnownNamespaces,
  demands: Demands,
  test: (pod: PodEndpoint) => Tested,
): PodEndpoint | "none" | "gave up" {
  let tries = MOST_TRIES;
  const open: Demands[] = [demands];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const pod = simplestPod(known, next);
    if (pod === undefined) continue;
    if (tries-- === 0) return "gave up";
    const tested = test(pod);
    if (tested === "found") return pod;
    if (tested !== "no") open.push(...without(next, tested.avoid));
  }
  return "none";
}

/** Between them, all pods that meet the first demands and not the others; each in one of them only. */
function* without({ namespaces, pods }: Demands, avoid: Demands): Iterable<Demands> {
  let [byNamespace, byPod] = [namespaces, pods];
  for (const requirement of avoid.namespaces) {
    yield { namespaces: [...byNamespace, negated(requirement)], pods: byPod };
    byNamespace = [...byNamespace, requirement];
  }
  for (const requirement of avoid.pods) {
    yield { namespaces: byNamespace, pods: [...byPod, negated(requirement)] };
    byPod = [...byPod, requirement];
  }
}

function simplestPod(known: KnownNamespaces, { namespaces, pods }: Demands): PodEndpoint | undefined {
  const labels = simplestLabels(pods);
  if (labels === undefined) return undefined;
  const names = namespaces.filter(({ key }) => key === NAMESPACE_NAME);
  const others = namespaces.filter(({ key }) => key !== NAMESPACE_NAME);
  for (const name of values(names)) {
    if (name === undefined) continue;
    const found = known.makes(name) ? knownLabels(known.labelsOf(name), others) : simplestLabels(others);
    if (found === undefined) continue;
    const namespaceLabels = { ...found, [NAMESPACE_NAME]: name };
    return { kind: "pod", namespace: name, namespaceLabels, labels };
  }
  return undefined;
}

const knownLabels = (labels: Labels, wanted: Selector): Labels | undefined =>
  wanted.every((each) => meets(each, Object.hasOwn(labels, each.key) ? labels[each.key] : undefined))
    ? labels
    : undefined;

/** As few labels as meet a selector; undefined where nothing does. */
function simplestLabels(wanted: Selector): Labels | undefined {
  const byKey = new Map<string, Requirement[]>();
  for (const each of wanted) byKey.set(each.key, [...(byKey.get(each.key) ?? []), each]);
  const labels: [string, string][] = [];
  for (const [key, requirements] of byKey) {
    const { value, done } = values(requirements).next();
    if (done === true) return undefined;
    if (value !== undefined) labels.push([key, value]);
  }
  return Object.fromEntries(labels);
}

/** The values that meet requirements of one label, the simplest first: none, one that nobody names, those named. */
function* values(requirements: readonly Requirement[]): Generator<string | undefined, void> {
  const meetsAll = (value: string | undefined): boolean => requirements.every((each) => meets(each, value));
  if (meetsAll(undefined)) yield undefined;
  if (meetsAll(UNMATCHED)) yield UNMATCHED;
  const [least] = requirements
    .filter(({ operator }) => operator === "In")
    .sort((a, b) => a.values.length - b.values.length);
  for (const value of least?.values ?? []) if (meetsAll(value)) yield value;
}
