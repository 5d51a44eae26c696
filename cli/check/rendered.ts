import type { RawResource } from "../../policies/model/resource";
import { renderStack } from "../../stacks/render";
import { badInput, CommandFailure } from "../failure";
import { stackConfig } from "./stackConfig";

/** A stack, and the file that configures it. */
export interface Source {
  readonly stack: string;
  readonly file: string;
}

/**
 * The resources of stacks as they would be, without cluster, cloud or engine.
 * @throws CommandFailure naming every key of every file that is wrong.
 */
export async function renderAll(sources: readonly Source[]): Promise<readonly RawResource[]> {
  const problems: string[] = [];
  const configured = sources.flatMap(({ stack, file }) => {
    try {
      return [{ stack, config: stackConfig(file) }];
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw badInput(...problems);
  const resources: RawResource[] = [];
  // One after the other: the Pulumi runtime of the process is taken over.
  for (const { stack, config } of configured) resources.push(...(await renderStack(stack, config)).resources);
  return resources;
}
