import { Command } from "commander";
import { DEFINITIONS, type Definition, type Scene } from "./commands/definitions";
import { listOption } from "./command/options";
import type { Result } from "./command/result";

interface Common {
  readonly json?: true;
  readonly sites?: string;
  readonly stacks?: readonly string[];
  readonly cached?: true;
}

/** How the command line reaches what it asks for. */
export interface Stage {
  /** Finds the sites as the definition says. */
  open(
    definition: Definition,
    source: { readonly sites: string | null; readonly stacks: readonly string[] | null; readonly cached: boolean },
  ): Promise<Scene>;
  show(result: Result, form: "json" | "text"): void;
}

/** The command line: one subcommand for each definition. */
export function program(stage: Stage): Command {
  const root = new Command("dragonfly-dr")
    .description(
      "Roles of the sites of a cache: who is primary, and how that moves. Exit codes: 0 done, 1 refused or taken back, 2 bad input, 3 changed and not finished.",
    )
    .helpCommand(false)
    .showHelpAfterError("(dragonfly-dr --help lists the commands and their options)");
  for (const definition of DEFINITIONS) {
    const command = definition.options(root.command(definition.name).description(definition.summary));
    command.option("--json", "print the result as JSON on standard output");
    if (definition.sites !== "none")
      command.option(
        "--sites <file>",
        "site file (default: $DRAGONFLY_DR_SITES, or .dragonfly-dr/sites.json beside Pulumi.yaml)",
      );
    if (definition.sites === "refreshed")
      command.option(
        "--stacks <names>",
        "ask these stacks for their sites (default: all with a file Pulumi.<stack>.yaml)",
        listOption,
      );
    command.action(async (options: Common) => {
      const given = options.sites ?? process.env["DRAGONFLY_DR_SITES"] ?? "";
      const scene = await stage.open(definition, {
        sites: given === "" ? null : given,
        stacks: options.stacks ?? null,
        cached: options.cached === true,
      });
      stage.show(await definition.run(options as never, scene), options.json === true ? "json" : "text");
    });
  }
  return root;
}
