import type { PropertyMap } from "./propertyValues";

/** The object was created or changed, but did not become ready: the engine keeps it in the state and tries again. */
export class PartiallyCreated extends Error {
  constructor(
    readonly id: string,
    readonly state: PropertyMap,
    readonly inputs: PropertyMap,
    readonly reasons: readonly string[],
  ) {
    super(reasons.join("; "));
  }
}
