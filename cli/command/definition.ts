import type { CommandContext } from "./context";
import { readOptions, type OptionsOf, type OptionSpecs } from "./options";
import type { Result } from "./result";

/**
 * Where a command takes the sites from. `refreshed`: it asks the stacks and writes the site file; `cached`: it never
 * waits for Pulumi where there is a site file; `state`: it needs only the folder beside the site file; `none`: nothing.
 */
export type SitesSource = "refreshed" | "cached" | "state" | "none";

/** One command: how it is called, and what it does. The module that does it is loaded only when it runs. */
export interface CommandDefinition {
  readonly name: string;
  readonly summary: string;
  readonly sites: SitesSource;
  readonly options: OptionSpecs;
  /** @param given - the options as commander has read them. */
  run(given: Readonly<Record<string, unknown>>, context: CommandContext): Promise<Result>;
}

interface Definition<S extends OptionSpecs> {
  readonly name: string;
  readonly summary: string;
  readonly sites: SitesSource;
  readonly options: S;
  readonly load: () => Promise<(options: OptionsOf<S>, context: CommandContext) => Promise<Result>>;
}

export const command = <S extends OptionSpecs>({ load, ...definition }: Definition<S>): CommandDefinition => ({
  ...definition,
  run: async (given, context) => (await load())(readOptions(definition.options, given), context),
});
