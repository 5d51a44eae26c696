import { list, map, strings, text, type Value } from "../model/value";

export type Labels = Readonly<Record<string, string>>;
export type Operator = "In" | "NotIn" | "Exists" | "DoesNotExist";

/** One demand on one label. */
export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** All requirements must hold; none at all selects everything. */
export type Selector = readonly Requirement[];

/** Whether something is selected; `maybe` where a label that decides it is not known. */
export type Match = "yes" | "no" | "maybe";

const OPERATORS: readonly string[] = ["In", "NotIn", "Exists", "DoesNotExist"];
const isOperator = (word: string | undefined): word is Operator => word !== undefined && OPERATORS.includes(word);

/** The labels that a cluster sets by itself on the pods that it runs: no manifest has them. */
const RUNTIME_LABELS: ReadonlySet<string> = new Set([
  "io.cilium.k8s.policy.cluster",
  "io.cilium.k8s.policy.serviceaccount",
  "pod-template-hash",
  "controller-revision-hash",
  "statefulset.kubernetes.io/pod-name",
  "apps.kubernetes.io/pod-index",
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "kubernetes.io/hostname",
]);

/**
 * A Kubernetes label selector. An operator that does not exist is read as one that nothing satisfies, as the API
 * server would refuse the object.
 * @throws UnknownValue
 */
export function selector(value: Value | undefined): Selector {
  const equal = Object.entries(strings(map(value, "matchLabels"))).map(([key, label]) => isEqual(key, label));
  const expressions = list(value, "matchExpressions").map((expression): Requirement => {
    const operator = text(expression, "operator");
    const values = list(expression, "values").filter((each) => typeof each === "string");
    const key = text(expression, "key") ?? "";
    return isOperator(operator) ? { key, operator, values } : { key, operator: "In", values: [] };
  });
  return [...equal, ...expressions];
}

export const isEqual = (key: string, value: string): Requirement => ({ key, operator: "In", values: [value] });

/** @param isOpen whether there may be labels beside these. */
export function match(wanted: Selector, labels: Labels, isOpen = false): Match {
  let result: Match = "yes";
  for (const each of wanted) {
    const label = Object.hasOwn(labels, each.key) ? labels[each.key] : undefined;
    if (label === undefined && (isOpen || RUNTIME_LABELS.has(each.key))) result = "maybe";
    else if (!meets(each, label)) return "no";
  }
  return result;
}

export const matches = (wanted: Selector, labels: Labels): boolean => match(wanted, labels) === "yes";

export function meets(requirement: Requirement, label: string | undefined): boolean {
  switch (requirement.operator) {
    case "In":
      return label !== undefined && requirement.values.includes(label);
    case "NotIn":
      // As Kubernetes has it: an object without the label satisfies NotIn.
      return label === undefined || !requirement.values.includes(label);
    case "Exists":
      return label !== undefined;
    case "DoesNotExist":
      return label === undefined;
  }
}

const OPPOSITE: Readonly<Record<Operator, Operator>> = {
  In: "NotIn",
  NotIn: "In",
  Exists: "DoesNotExist",
  DoesNotExist: "Exists",
};

/** What holds exactly where the requirement does not. */
export const negated = ({ key, operator, values }: Requirement): Requirement => ({
  key,
  operator: OPPOSITE[operator],
  values,
});

/** All of them at once. */
export const both = (a: Match, b: Match): Match =>
  a === "no" || b === "no" ? "no" : a === "yes" && b === "yes" ? "yes" : "maybe";
/** One of them at least. */
export const either = (a: Match, b: Match): Match =>
  a === "yes" || b === "yes" ? "yes" : a === "no" && b === "no" ? "no" : "maybe";
