import type { RawResource } from "../../policies/model/resource";
import { readStackFile, renderStack } from "../../stacks/render";
import { SettingsError } from "../../components/problems";
import { badInput, type CommandFailure } from "../failure";

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
  const configured = sources.map(({ stack, file }) => ({ stack, config: attempt(file, () => readStackFile(file)) }));
  const problems = configured.flatMap(({ config }) => ("problems" in config ? config.problems : []));
  if (problems.length > 0) throw badInput(...problems);
  const resources: RawResource[] = [];
  for (const { stack, config } of configured) {
    if ("problems" in config) continue;
    // One after the other: the Pulumi runtime of the process is taken over.
    resources.push(...(await renderStack(stack, config.value)).resources);
  }
  return resources;
}

function attempt<T>(file: string, read: () => T): { readonly value: T } | Pick<CommandFailure, "problems"> {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof SettingsError) return { problems: error.problems.map(({ key, problem, remedy }) => `${file}: ${key}: ${problem}; ${remedy}`) };
    throw error;
  }
}
