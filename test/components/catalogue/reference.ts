import { effects, type Effect } from "../../../components/catalogue/effects";
import type { Fields, Group } from "../../../components/catalogue/node";
import { stack } from "../../../stacks/stackSettings";
import { asAny, defaultOf, entriesOf, groupOf, json, wrap, type Entry } from "./entries";

const HEAD = `# Configuration

Every key of a stack's configuration. Set one with \`pulumi config set --path server.maxmemory 2gb\`, or write it into
\`Pulumi.STACK.yaml\` as \`dragonfly-dr:server: { maxmemory: 2gb }\`. Give secrets with \`--secret\`. A program of your
own passes the same keys to \`Site\` (all but those marked "stack only").

\`dragonfly-dr check\` reads the files of all stacks and prints every problem at once, before anything is touched.

This page is made from the catalogue in \`components/settings/\`:
\`UPDATE_GOLDEN=1 npx mocha test/components/catalogue/generated.test.ts\` writes it anew, and a test compares.

What a change does to a cache that runs:

| Effect | Meaning |
|---|---|
`;

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const code = (text: string): string => `\`${text}\``;

function row({ path, field, effect }: Entry, stackOnly: boolean): string {
  const off = field.off === undefined ? "" : `; ${code(json(field.off))} for none`;
  const prose = "defaultShown" in field.about || field.fallback.kind !== "default";
  const given = prose ? defaultOf(field) : shortened(defaultOf(field));
  const example = field.about.example === undefined ? "" : ` Example: ${code(json(field.about.example))}.`;
  const only = stackOnly ? " Stack only." : "";
  const cells = [code(path), field.value.name, given + off, effect, `${field.about.doc}${only}${example}`];
  return `| ${cells.map(cell).join(" | ")} |`;
}

/** The list of default users has its own table. */
const shortened = (text: string): string => (text.length > 120 ? "the five below" : code(text));

const TABLE = "| Key | Type | Default | A change | Meaning |\n|---|---|---|---|---|\n";

function section(name: string, node: ReturnType<typeof asAny>, siteNames: readonly string[]): string {
  const around: Effect = "nothing";
  const rows = entriesOf(name, node, around).map((entry) =>
    row(entry, !siteNames.includes(name) || (/Key$/.test(entry.path) && entry.path.startsWith("snapshots.s3."))),
  );
  const about = groupOf(node) === undefined ? "" : `${wrap(node.about.doc, 120).join("\n")}\n\n`;
  return `## ${name}\n\n${about}${TABLE}${rows.join("\n")}\n`;
}

/** docs/configuration.md. @param siteNames the keys that a library's user has too. */
export function reference(siteNames: readonly string[], defaultUsers: readonly object[]): string {
  const legend = Object.entries(effects).map(([name, text]) => `| ${name} | ${text} |\n`);
  const parts = Object.entries((stack as unknown as Group<Fields>).fields).map(([name, node]) => {
    const text = section(name, asAny(node), siteNames);
    return name === "users" ? `${text}\nThe default users:\n\n${usersTable(defaultUsers)}` : text;
  });
  return `${HEAD}${legend.join("")}\n${parts.join("\n")}`;
}

function usersTable(users: readonly object[]): string {
  const names = Object.keys(users[0] ?? {});
  const rows = users.map(
    (user) =>
      `| ${Object.values(user)
        .map((each) => code(cell(json(each))))
        .join(" | ")} |\n`,
  );
  return `| ${names.join(" | ")} |\n|${"---|".repeat(names.length)}\n${rows.join("")}`;
}
