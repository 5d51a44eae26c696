import { stringify } from "yaml";
import { effects, type Effect } from "../../../components/catalogue/effects";
import type { Field, Fields, Group } from "../../../components/catalogue/node";
import { stack } from "../../../stacks/stackSettings";
import { asAny, defaultOf, entriesOf, wrap, type Entry } from "./entries";

const WIDTH = 112;
const LEGEND_NAME = Math.max(...Object.keys(effects).map((name) => name.length));

const HEADER = `name: dragonfly-dr
description: A Dragonfly (or Redis) cache in one region, replicated to and from its peers. One stack a region.
runtime:
  name: nodejs
  options:
    packagemanager: npm
main: index.ts
# Every key, with its default and what a change does to a cache that runs:
${Object.entries(effects)
  .map(([name, text]) => `#   ${name.padEnd(LEGEND_NAME)}  ${text}`)
  .join("\n")}
# docs/configuration.md has the same as tables. Both are made from components/settings/ and compared by a test.
# Keys inside a key are set by path: pulumi config set --path server.maxmemory 2gb
config:
`;

const NO_EFFECT: Effect = "nothing";

const described = ({ path, field, effect }: Entry): string => {
  const off = field.off === undefined ? "" : `, ${JSON.stringify(field.off)} for none`;
  return `${path}: ${field.value.name}; default ${defaultOf(field)}${off}; a change: ${effect}. ${field.about.doc}`;
};

function ownDefault(field: Field<unknown>): string | undefined {
  const { fallback } = field;
  if (fallback.kind === "required") return undefined;
  return stringify(fallback.kind === "default" ? fallback.shown : "", {
    lineWidth: 0,
    collectionStyle: "any",
  }).trimEnd();
}

const indent = (text: string, by: number): string => text.replace(/^(?=.)/gm, " ".repeat(by));

function keyOf(name: string, node: ReturnType<typeof asAny>): string {
  const entries = entriesOf(name, node, NO_EFFECT);
  const own = node.is === "field" ? ownDefault(node) : "{}";
  const places =
    own === undefined ? "" : /\n|^- /.test(own) ? `    default:\n${indent(own, 6)}\n` : `    default: ${own}\n`;
  const head =
    node.is === "field"
      ? []
      : [`${node.about.doc} A change: ${node.about.effect ?? NO_EFFECT}, but for what says otherwise.`];
  const lines = [...head, ...entries.map(described)].flatMap((text) =>
    wrap(text, WIDTH).map((line, at) => (at === 0 ? line : `  ${line}`)),
  );
  return `  ${name}:\n${places}    description: |-\n${indent(lines.join("\n"), 6)}\n`;
}

/** The project file, whose keys and descriptions are the catalogue's. */
export const pulumiYaml = (): string =>
  HEADER +
  Object.entries((stack as unknown as Group<Fields>).fields)
    .map(([name, node]) => keyOf(name, asAny(node)))
    .join("");
