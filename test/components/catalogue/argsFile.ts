import { format } from "prettier";
import { effects, type Effect } from "../../../components/catalogue/effects";
import type { Fields, Group } from "../../../components/catalogue/node";
import { site } from "../../../components/settings/site";
import { asAny, defaultOf, groupOf, itemsOf, exampleOf, json, wrap } from "./entries";

const HEADER =
  "// Made from the catalogue in site.ts, whose head says how it is written anew. Do not edit: a test compares.\n\n";
const WIDTH = 112;

const comment = (lines: readonly string[]): string =>
  `/**\n${lines
    .flatMap((line) => wrap(line.replaceAll("*/", "*\\/"), WIDTH))
    .map((line) => ` * ${line}\n`)
    .join("")} */\n`;

const nameOf = (group: Group<Fields>): string => (group === (site as unknown) ? "SiteArgs" : `${group.typeName}Input`);

/** A group with a setting inside that must be given must itself be given. */
const mustBeGiven = ({ fields }: Group<Fields>): boolean =>
  Object.values(fields)
    .map(asAny)
    .some((node) =>
      node.is === "field" ? node.fallback.kind === "required" : node.is === "group" && mustBeGiven(node),
    );

function interfaceOf(group: Group<Fields>, around: Effect | undefined): string {
  const members = Object.entries(group.fields).map(([name, each]) => {
    const node = asAny(each);
    const inner = groupOf(node);
    const effect = node.about.effect ?? around;
    const change = effect === undefined ? [] : [`A change: ${effect} (${effects[effect]}).`];
    if (node.is !== "field") {
      const type = `${nameOf(inner ?? group)}${node.is === "optional group" ? " | null" : ""}`;
      const says = comment([node.about.doc, ...change]);
      return node.is === "group" && mustBeGiven(node)
        ? `${says}readonly ${name}: ${type};\n`
        : `${says}readonly ${name}?: ${type} | undefined;\n`;
    }
    const off = node.off === undefined ? [] : [`${json(node.off)} for none.`];
    const says = comment([
      node.about.doc,
      ...off,
      ...change,
      `@default ${defaultOf(node)}`,
      `@example ${exampleOf(node)}`,
    ]);
    return node.fallback.kind === "required"
      ? `${says}readonly ${name}: ${node.value.given};\n`
      : `${says}readonly ${name}?: ${node.value.given} | undefined;\n`;
  });
  return `${comment([group.about.doc])}export interface ${nameOf(group)} {\n${members.join("\n")}}\n`;
}

/** Each group once, those inside before those around. */
function groupsIn(group: Group<Fields>, around: Effect | undefined, made: Map<string, string>): void {
  for (const each of Object.values(group.fields)) {
    const node = asAny(each);
    const inner = groupOf(node) ?? (node.is === "field" ? itemsOf(node) : undefined);
    if (inner !== undefined) groupsIn(inner, node.about.effect ?? around, made);
  }
  made.set(nameOf(group), interfaceOf(group, group.about.effect ?? around));
}

/** components/settings/args.ts: what a library's user gives, for editors to show with default and example. */
export function argsFile(): Promise<string> {
  const made = new Map<string, string>();
  groupsIn(site as unknown as Group<Fields>, undefined, made);
  return format(HEADER + [...made.values()].join("\n"), {
    parser: "typescript",
    printWidth: 120,
    trailingComma: "all",
  });
}
