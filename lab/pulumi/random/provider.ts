// Stands in for the random provider 4.21.2. Leaves out every resource but RandomPassword (refused by name), and the
// bcrypt hash of a password, which stays empty.
import { randomInt } from "node:crypto";
import { effectiveInputs, changedProperties, checkPassword, PASSWORD_TYPE, passwordRules } from "./password";
import { generatePassword } from "./characters";
import { isKnownObject, type PropertyMap, Secret, UNKNOWN } from "../plugin/propertyValues";
import type {
  CheckRequest,
  CheckResult,
  Created,
  CreateRequest,
  Difference,
  DiffRequest,
  ReadRequest,
  ReadResult,
  ResourceProvider,
} from "../plugin/resourceProvider";
import { NO_DIFFERENCE } from "../plugin/resourceProvider";

/** The official provider gives every password this id, so that the password is not in it. */
const PASSWORD_ID = "none";

export class RandomProvider implements ResourceProvider {
  readonly version = "4.21.2";

  checkConfig(config: PropertyMap): CheckResult {
    return { inputs: config, failures: [] };
  }

  diffConfig(): Difference {
    return NO_DIFFERENCE;
  }

  configure(): void {}

  check({ type, newInputs }: CheckRequest): CheckResult {
    if (type !== PASSWORD_TYPE)
      throw new Error(
        `${type}: the lab's random provider knows ${PASSWORD_TYPE} only; use the official plugin for this one`,
      );
    return { inputs: newInputs, failures: checkPassword(newInputs) };
  }

  diff({ oldInputs, newInputs }: DiffRequest): Difference {
    const changes = changedProperties(oldInputs, newInputs).map(
      (path) => ({ path, kind: "update", effect: "replace" }) as const,
    );
    return { changes, replacement: "create first" };
  }

  async create({ inputs, run }: CreateRequest): Promise<Created> {
    const effective = effectiveInputs(inputs);
    if (run === "preview" || !isKnownObject(effective)) return { id: "", state: passwordState(inputs, UNKNOWN) };
    const password = generatePassword(passwordRules(effective), randomInt);
    return { id: PASSWORD_ID, state: passwordState(inputs, password) };
  }

  /** Nothing outside the state knows a password. An import gives the password as the id. */
  async read({ id, inputs, state }: ReadRequest): Promise<ReadResult> {
    if (Object.keys(state).length > 0) return { id, inputs, state };
    const imported: PropertyMap = { length: id.length };
    return { id: PASSWORD_ID, inputs: imported, state: passwordState(imported, id) };
  }

  async update({ newInputs, oldState }: { newInputs: PropertyMap; oldState: PropertyMap }): Promise<PropertyMap> {
    return { ...oldState, ...newInputs };
  }

  async delete(): Promise<void> {}

  cancel(): void {}
}

function passwordState(inputs: PropertyMap, password: string | typeof UNKNOWN): PropertyMap {
  return { ...effectiveInputs(inputs), ...inputs, result: new Secret(password), bcryptHash: new Secret("") };
}
