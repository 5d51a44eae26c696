// random:index/randomPassword:RandomPassword: its inputs, read and judged.
import {
  isKnown,
  isPlainObject,
  type Plain,
  type PlainObject,
  type PropertyMap,
  UNKNOWN,
  withoutSecrets,
} from "../plugin/propertyValues";
import type { CheckFailure } from "../plugin/resourceProvider";
import type { CharacterClass, PasswordRules } from "./characters";

export const PASSWORD_TYPE = "random:index/randomPassword:RandomPassword";

const CLASSES: readonly CharacterClass[] = ["lower", "upper", "numeric", "special"];
const LEAST: Record<CharacterClass, string> = {
  lower: "minLower",
  upper: "minUpper",
  numeric: "minNumeric",
  special: "minSpecial",
};
const DEFAULTS: PlainObject = {
  lower: true,
  upper: true,
  numeric: true,
  special: true,
  minLower: 0,
  minUpper: 0,
  minNumeric: 0,
  minSpecial: 0,
};
const KNOWN_INPUTS = new Set(["keepers", "length", "number", "overrideSpecial", ...Object.keys(DEFAULTS)]);

/** The inputs with the official defaults filled in; `number`, the old name of `numeric`, is understood. */
export function effectiveInputs(inputs: PropertyMap): PlainObject {
  const plain = withoutSecrets(inputs);
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== null));
  const numeric = given["numeric"] ?? given["number"] ?? true;
  return { ...DEFAULTS, ...given, numeric, number: numeric };
}

export function checkPassword(inputs: PropertyMap): CheckFailure[] {
  const failures: CheckFailure[] = [];
  for (const property of Object.keys(inputs)) {
    if (!KNOWN_INPUTS.has(property))
      failures.push({ property, reason: "no such property of a RandomPassword; remove it" });
  }
  const effective = effectiveInputs(inputs);
  const length = effective["length"];
  if (length === UNKNOWN) return failures;
  if (typeof length !== "number" || !Number.isInteger(length) || length < 1) {
    failures.push({ property: "length", reason: "must be an integer of at least 1" });
    return failures;
  }
  if (!isKnown(effective)) return failures;
  const { classes } = passwordRules(effective);
  if (classes.size === 0)
    failures.push({
      property: "lower",
      reason: "no class of characters is allowed; allow lower, upper, numeric or special",
    });
  const least = [...classes.values()].reduce((sum, count) => sum + count, 0);
  if (least > length)
    failures.push({
      property: "length",
      reason: `is ${length}, but the least numbers of each class add up to ${least}`,
    });
  if (effective["overrideSpecial"] === "" && classes.has("special")) {
    failures.push({ property: "overrideSpecial", reason: "is empty; name characters or set special to false" });
  }
  return failures;
}

/** What to generate from known, checked inputs. */
export function passwordRules(effective: PlainObject): PasswordRules {
  const allowed = CLASSES.filter((name) => effective[name] === true);
  const overrideSpecial = effective["overrideSpecial"];
  return {
    length: numberOf(effective["length"]),
    classes: new Map(allowed.map((name) => [name, numberOf(effective[LEAST[name]])])),
    overrideSpecial: typeof overrideSpecial === "string" ? overrideSpecial : undefined,
  };
}

/** The properties that differ; any difference makes a new password, as with the official provider. */
export function changedProperties(oldInputs: PropertyMap, newInputs: PropertyMap): string[] {
  const before = effectiveInputs(oldInputs);
  const after = effectiveInputs(newInputs);
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => key !== "number" && !same(before[key], after[key]))
    .sort();
}

function same(left: Plain | undefined, right: Plain | undefined): boolean {
  if (left === UNKNOWN || right === UNKNOWN) return false;
  if (isPlainObject(left) && isPlainObject(right)) {
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => same(left[key], right[key]));
  }
  return left === right;
}

function numberOf(value: Plain | undefined): number {
  return typeof value === "number" ? value : 0;
}
