import type { Resource } from "./resource";
import { resource, type RawResource } from "./resource";
import { Stack } from "./stack";

/** All that is judged together: the resources of one stack, or of several that belong to each other. */
export class Deployment {
  /** In the order of their names. */
  readonly stacks: readonly Stack[];

  constructor(resources: readonly Resource[]) {
    const names = [...new Set(resources.map((each) => each.stack))].sort();
    this.stacks = names.map(
      (name) =>
        new Stack(
          name,
          resources.filter((each) => each.stack === name),
        ),
    );
  }

  static of(raw: readonly RawResource[]): Deployment {
    return new Deployment(raw.map(resource));
  }
}
