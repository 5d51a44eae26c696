#!/usr/bin/env node
import { CommanderError } from "commander";
import { EXIT } from "./exit";
import { CommandFailure } from "./failure";
import { program, type Stage } from "./program";

/** The second interrupt ends the command at once; the first lets it take back what it can. */
const interrupt = new AbortController();

const stage: Stage = {
  open: async (definition, source) => {
    const { cachedSites, refreshedSites, stateFolder } = await import("./sites/find.js");
    const { systemContext } = await import("./command/systemContext.js");
    const where = { given: source.sites, stacks: source.stacks, cwd: process.cwd() };
    if (definition.sites === "none" || definition.sites === "state")
      return systemContext([], stateFolder(where.cwd, source.sites), interrupt.signal);
    const known = await (definition.sites === "refreshed" && !source.cached ? refreshedSites : cachedSites)(where);
    for (const warning of known.warnings) process.stderr.write(`warning: ${warning}\n`);
    return systemContext(known.entries, known.stateFolder, interrupt.signal);
  },
  show: (result, form) => {
    process.stdout.write(form === "json" ? `${JSON.stringify(result.json, null, 2)}\n` : result.text);
    process.exitCode = result.code;
  },
};

async function main(): Promise<void> {
  process.once("SIGINT", () => interrupt.abort());
  process.once("SIGTERM", () => interrupt.abort());
  const root = program(stage);
  for (const command of [root, ...root.commands]) command.exitOverride();
  try {
    await root.parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  // Commander has said it already; only its exit codes are not ours.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.badInput;
  const json = process.argv.includes("--json");
  if (error instanceof CommandFailure) {
    const { code, problems, nextStep } = error;
    if (json) process.stdout.write(`${JSON.stringify({ error: { code, problems, nextStep } }, null, 2)}\n`);
    const heading = error.code === EXIT.unfinished ? "not finished" : "nothing was changed";
    process.stderr.write(
      [
        `dragonfly-dr: ${heading}:`,
        ...error.problems.map((p) => `  ${p}`),
        ...(error.nextStep === null ? [] : [`next step: ${error.nextStep}`]),
        "",
      ].join("\n"),
    );
    return error.code;
  }
  process.stderr.write(
    "dragonfly-dr: a bug, please report it: " +
      `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  // Where it stopped is not known, and the objects are what counts.
  return EXIT.unfinished;
}

void main().finally(() => {
  // Watches and keep-alive connections are closed by now; whatever lingers must not keep the shell waiting.
  process.stdout.write("", () => process.exit());
});
