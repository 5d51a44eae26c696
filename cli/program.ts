import { Command } from "commander";
import type { CommandContext } from "./command/context";
import type { CommandDefinition } from "./command/definition";
import { addOptions, flag, optionalList, optionalText, readOptions } from "./command/options";
import type { Result } from "./command/result";
import { COMMANDS } from "./commands";

/** How the command line reaches what it asks for. */
export interface Stage {
  /** Finds the sites as the definition asks for. */
  open(
    definition: CommandDefinition,
    source: { readonly sites: string | null; readonly stacks: readonly string[] | null; readonly cached: boolean },
  ): Promise<CommandContext>;
  show(result: Result, form: "json" | "text"): void;
}

/** Options of several commands, beside each one's own. */
export const COMMON = {
  json: flag("--json", "print the result as JSON on standard output"),
  sites: optionalText(
    "--sites <file>",
    "site file (default: $DRAGONFLY_DR_SITES, or .dragonfly-dr/sites.json beside Pulumi.yaml)",
  ),
  stacks: optionalList(
    "--stacks <names>",
    "ask these stacks for their sites (default: all with a file Pulumi.<stack>.yaml)",
  ),
};

/** Which of them a command has. */
export function commonOf({ sites }: Pick<CommandDefinition, "sites">): Partial<typeof COMMON> {
  const { json, sites: file, stacks } = COMMON;
  return {
    json,
    ...(sites === "none" ? {} : { sites: file }),
    ...(sites === "refreshed" ? { stacks } : {}),
  };
}

/** The command line: one subcommand for each definition. */
export function program(stage: Stage): Command {
  const root = new Command("dragonfly-dr")
    .description(
      "Roles of the sites of a cache: who is primary, and how that moves. " +
        "Exit codes: 0 done, 1 refused or taken back, 2 bad input, 3 changed and not finished.",
    )
    .helpCommand(false)
    .showHelpAfterError("(dragonfly-dr --help lists the commands and their options)");
  for (const definition of COMMANDS) {
    const command = root.command(definition.name).description(definition.summary);
    addOptions(command, { ...definition.options, ...commonOf(definition) });
    command.action(async (given: Readonly<Record<string, unknown>>) => {
      const { json, sites, stacks } = readOptions(COMMON, given);
      const file = sites ?? process.env["DRAGONFLY_DR_SITES"] ?? "";
      const source = { sites: file === "" ? null : file, stacks, cached: given["cached"] === true };
      const context = await stage.open(definition, source);
      stage.show(await definition.run(given, context), json ? "json" : "text");
    });
  }
  return root;
}
