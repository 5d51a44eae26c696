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

const OPERATORS: readonly string[] = ["In", "NotIn", "Exists", "DoesNotExist"];
const isOperator = (word: string | undefined): word is Operator => word !== undefined && OPERATORS.includes(word);

/**
 * A Kubernetes label selector. An operator that does not exist is read as one that nothing satisfies, as the API
 * server would refuse the object.
 * @throws UnknownValue
 */
export function selector(value: Value | undefined): Selector {
  const equal = Object.entries(strings(map(value, "matchLabels"))).map(([key, label]): Requirement => ({
    key,
    operator: "In",
    values: [label],
  }));
  const expressions = list(value, "matchExpressions").map((expression): Requirement => {
    const operator = text(expression, "operator");
    const values = list(expression, "values").filter((each) => typeof each === "string");
    const key = text(expression, "key") ?? "";
    return isOperator(operator) ? { key, operator, values } : { key, operator: "In", values: [] };
  });
  return [...equal, ...expressions];
}

export function matches(wanted: Selector, labels: Labels): boolean {
  return wanted.every((each) => meets(each, Object.hasOwn(labels, each.key) ? labels[each.key] : undefined));
}

function meets(requirement: Requirement, label: string | undefined): boolean {
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
