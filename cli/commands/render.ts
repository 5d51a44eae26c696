import { existsSync } from "node:fs";
import { join } from "node:path";
import { renderStack } from "../../stacks/render";
import { stackConfig } from "../check/stackConfig";
import { badInput } from "../failure";
import type { Result } from "../command/result";
import { projectFolder } from "../sites/project";

export interface RenderOptions {
  readonly stack: string;
  /** Null: the stack's own file in the project's folder. */
  readonly configFile: string | null;
  readonly cwd: string;
}

/**
 * What `pulumi up` of a stack would ask for, as a list of resources: no cluster, engine or network is used, and no real
 * secret is known.
 */
export async function render({ stack, configFile, cwd }: RenderOptions): Promise<Result> {
  const file = configFile ?? join(projectFolder(cwd), `Pulumi.${stack}.yaml`);
  if (!existsSync(file))
    throw badInput(`${file}: there is no such file; give the stack's configuration with --config-file`);
  const { resources } = await renderStack(stack, stackConfig(file));
  const listing = resources.map(({ type, name, props, stack: of, ...rest }) => ({
    type,
    name,
    props,
    stack: of,
    ...rest,
  }));
  return { code: 0, json: listing, text: `${JSON.stringify(listing, null, 2)}\n` };
}
