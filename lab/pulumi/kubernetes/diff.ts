// What an update would change. As the official provider does it: the new inputs against the object as it was last
// seen, looking only at what the program has said, so that fields which the API server fills in are no difference,
// and drift (after a refresh) is one: so is what the API server drops or changes of what the program says. Of the kinds
// that it has as Go types the official provider compares a normalised form, in which a zero, an empty list and another
// spelling of a quantity are no difference; of definitions and custom resources it compares what was said.
// Leaves out reordered lists: lists are compared place by place.
import { isPlainObject, type Plain, type PlainObject, UNKNOWN } from "../plugin/propertyValues";
import type { PropertyChange } from "../plugin/resourceProvider";
import { type FieldPattern, touches } from "./immutableFields";
import { formatPath, type Path } from "./paths";
import { isSameQuantity } from "./quantities";

export interface DiffSides {
  /** What the program said last time. */
  readonly oldInputs: PlainObject;
  /** The object as the cluster last showed it. */
  readonly live: PlainObject;
  /** What the program says now. */
  readonly newInputs: PlainObject;
}

export function diffObjects(sides: DiffSides, immutable: readonly FieldPattern[]): PropertyChange[] {
  const { oldInputs, live, newInputs } = decodeSecretData(canonicalNamespaces(sides));
  const spelling = spellingOf(newInputs);
  const changes: PropertyChange[] = [];
  const report = (path: Path, kind: PropertyChange["kind"]): void => {
    const effect = immutable.some((field) => touches(path, field)) ? "replace" : "update";
    changes.push({ path: formatPath(path), kind, effect });
  };
  compareObjects([], newInputs, oldInputs, live, { report, spelling });
  return changes;
}

interface Comparison {
  readonly report: (path: Path, kind: PropertyChange["kind"]) => void;
  /** `typed`: a zero, an empty list and a quantity's spelling do not matter. */
  readonly spelling: "typed" | "as said";
}

/** Definitions are of a group of Kubernetes' own, and not among the types that the official provider compares by. */
function spellingOf({ apiVersion }: PlainObject): Comparison["spelling"] {
  const group = typeof apiVersion === "string" && apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  const isTyped = group !== "apiextensions.k8s.io" && (!group.includes(".") || group.endsWith(".k8s.io"));
  return isTyped ? "typed" : "as said";
}

function compareObjects(path: Path, next: PlainObject, old: PlainObject, live: PlainObject, by: Comparison): void {
  for (const key of new Set([...Object.keys(next), ...Object.keys(old)])) {
    compare([...path, key], next[key], old[key], live[key], by);
  }
}

function compare(
  path: Path,
  next: Plain | undefined,
  old: Plain | undefined,
  live: Plain | undefined,
  by: Comparison,
): void {
  if (isUnset(next)) {
    if (!isUnset(old) && live !== undefined) by.report(path, "delete");
  } else if (isUnset(old)) {
    by.report(path, "add");
  } else if (next === UNKNOWN) {
    by.report(path, "update");
  } else if (isDropped(next, live, by)) {
    by.report(path, "update");
  } else if (isPlainObject(next) && isPlainObject(old)) {
    compareObjects(path, next, old, isPlainObject(live) ? live : {}, by);
  } else if (Array.isArray(next) && Array.isArray(old)) {
    compareLists(path, next, old, Array.isArray(live) ? live : [], by);
  } else if (!isSameLeaf(path, next, old, live, by)) {
    by.report(path, "update");
  }
}

function compareLists(
  path: Path,
  next: readonly Plain[],
  old: readonly Plain[],
  live: readonly Plain[],
  by: Comparison,
): void {
  for (let place = 0; place < Math.max(next.length, old.length); place++) {
    compare([...path, place], next[place], old[place], live[place], by);
  }
}

function isUnset(value: Plain | undefined): value is null | undefined {
  return value === undefined || value === null;
}

/** A list or map, maybe empty, that the API server has not kept at all; of typed kinds its leaves are compared. */
function isDropped(next: Plain, live: Plain | undefined, { spelling }: Comparison): boolean {
  return spelling === "as said" && isUnset(live) && (Array.isArray(next) || isPlainObject(next));
}

/** Of typed kinds the API server leaves out what is zero or empty: said last time and not there now is no drift. */
function isSameLeaf(path: Path, next: Plain, old: Plain, live: Plain | undefined, { spelling }: Comparison): boolean {
  if (live === undefined || live === null) return spelling === "typed" && isZero(next) && isZero(old);
  if (next === live) return true;
  if (spelling === "as said") return false;
  return isTextOrNumber(next) && isTextOrNumber(live) && isQuantityField(path) && isSameQuantity(next, live);
}

function isZero(value: Plain): boolean {
  return value === "" || value === 0 || value === false;
}

function isTextOrNumber(value: Plain): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

/** Elsewhere `1` and `1000m` are two texts. */
function isQuantityField(path: Path): boolean {
  return path.some(
    (step) =>
      step === "resources" || step === "limits" || step === "requests" || step === "sizeLimit" || step === "capacity",
  );
}

/** No namespace and the namespace `default` are the same; an object without one is cluster-wide. */
function canonicalNamespaces({ oldInputs, live, newInputs }: DiffSides): DiffSides {
  const metadata = live["metadata"];
  const isNamespaced = isPlainObject(metadata) && metadata["namespace"] !== undefined;
  const canonical = (inputs: PlainObject): PlainObject => {
    const own = isPlainObject(inputs["metadata"]) ? inputs["metadata"] : {};
    const { namespace, ...others } = own;
    return { ...inputs, metadata: isNamespaced ? { ...others, namespace: namespace ?? "default" } : others };
  };
  return { oldInputs: canonical(oldInputs), live, newInputs: canonical(newInputs) };
}

/** A Secret's `stringData` comes back as `data`: it is compared decoded, under the key by which the program gave it. */
function decodeSecretData(sides: DiffSides): DiffSides {
  const { live } = sides;
  const data = live["data"];
  if (live["kind"] !== "Secret" || live["apiVersion"] !== "v1" || !isPlainObject(data)) return sides;
  const stringData: PlainObject = {};
  for (const [key, value] of Object.entries(data))
    stringData[key] = typeof value === "string" ? Buffer.from(value, "base64").toString() : value;
  return { ...sides, live: { ...live, stringData } };
}
