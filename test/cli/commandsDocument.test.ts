import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { addOptions, readOptions, type OptionSpec } from "../../cli/command/options";
import { failoverCommand } from "../../cli/commands/failover/command";
import { COMMANDS } from "../../cli/commands";
import { commonOf } from "../../cli/program";

const FILE = join(__dirname, "../../docs/commands.md");
const [BEGIN, END] = [
  "<!-- options: written by UPDATE_GOLDEN=1 npx mocha test/cli/commandsDocument.test.ts -->",
  "<!-- end -->",
];

interface Row {
  readonly spec: OptionSpec<unknown>;
  readonly of: string[];
}

function rows(): Row[] {
  const found: Row[] = [];
  for (const definition of COMMANDS) {
    for (const spec of Object.values({ ...definition.options, ...commonOf(definition) })) {
      const same = found.find(
        (row) => row.spec.flags === spec.flags && row.spec.help === spec.help && row.spec.shown === spec.shown,
      );
      if (same === undefined) found.push({ spec, of: [definition.name] });
      else same.of.push(definition.name);
    }
  }
  return found.sort((a, b) => b.of.length - a.of.length || (a.spec.flags < b.spec.flags ? -1 : 1));
}

function table(): string {
  const lines = rows().map(({ spec, of }) => {
    const names = of.length === COMMANDS.length ? "all" : of.map((name) => `\`${name}\``).join(", ");
    const byDefault = spec.required ? "required" : spec.shown === null ? "" : `\`${spec.shown}\``;
    return `| \`${spec.flags}\` | ${names} | ${byDefault} | ${spec.help.replaceAll("|", "\\|")} |`;
  });
  return ["| option | of | default | |", "|---|---|---|---|", ...lines].join("\n");
}

describe("docs/commands.md", () => {
  it("has every option as the commands state it (UPDATE_GOLDEN=1 writes it)", () => {
    const text = readFileSync(FILE, "utf8");
    const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
    assert.ok(from >= 0 && to > from, "the marks of the options' table");
    const wanted = `${text.slice(0, from)}${BEGIN}\n${table()}\n${text.slice(to)}`;
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(FILE, wanted);
    else assert.equal(text, wanted);
  });

  it("has a row for each command", () => {
    const text = readFileSync(FILE, "utf8");
    for (const { name } of COMMANDS) assert.match(text, new RegExp(`^\\| \`${name}[ \`]`, "m"), name);
  });

  it("takes --discard once with commas, and again and again", () => {
    const command = new Command("failover");
    addOptions(command, failoverCommand.options);
    command.parse(["--to", "a", "--discard", "b@3/120,c@3/1", "--discard", "d@4/7"], { from: "user" });
    const { discard, timeout } = readOptions(failoverCommand.options, command.opts());
    assert.deepEqual(discard, [
      { site: "b", epoch: 3, sequence: 120 },
      { site: "c", epoch: 3, sequence: 1 },
      { site: "d", epoch: 4, sequence: 7 },
    ]);
    assert.equal(timeout, 15_000);
  });

  it("shows options whose names are those of their structs", () => {
    for (const definition of COMMANDS) addOptions(new Command(definition.name), definition.options);
  });
});
