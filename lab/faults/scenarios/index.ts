import { commands } from "./commands";
import { controlPlane } from "./controlPlane";
import { crashes } from "./crashes";
import { partitions } from "./partitions";
import type { Scenario } from "./scenario";
import { storage } from "./storage";

export const scenarios: readonly Scenario[] = [...crashes, ...partitions, ...storage, ...controlPlane, ...commands];

/**
 * The scenarios of these names, in this order; all when none is given. @throws Error naming those that are not there.
 */
export function scenariosNamed(names: readonly string[]): readonly Scenario[] {
  const unknown = names.filter((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown.length > 0)
    throw new Error(
      `FAULTS: no scenario ${unknown.join(", ")}; there are ${scenarios.map(({ name }) => name).join(", ")}`,
    );
  return names.length === 0
    ? scenarios
    : names.flatMap((name) => scenarios.filter((scenario) => scenario.name === name));
}
