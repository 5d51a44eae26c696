import type { Level, Rule, Schema } from "./rule";
import { isRecord } from "../server/records";

/** What a configuration file says of one rule. */
export interface RuleConfiguration {
  readonly level: Level | "disabled";
  /** The rule's own properties, defaults filled in. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly exemptions: readonly Exemption[];
}

/** Lets findings of one rule pass for a while. */
export interface Exemption {
  /** The resource's name; "*" stands for any run of characters. */
  readonly resource: string;
  /** The part of it, such as "user langfuse", with "*" likewise; left out, every part. */
  readonly part: string | undefined;
  readonly stack: string | undefined;
  readonly reason: string;
  /** The last day on which it holds, as YYYY-MM-DD (UTC). */
  readonly expires: string;
}

export type Configuration = ReadonlyMap<string, RuleConfiguration>;

/** Properties that every rule's configuration has besides its own. */
export const commonSchema: Readonly<Record<string, Schema>> = {
  exemptions: {
    type: "array",
    description: "Findings that may pass, each with a reason and the last day on which it holds.",
    default: [],
    items: {
      type: "object",
      properties: {
        resource: { type: "string", description: 'Name of the resource; "*" for any run of characters.', default: "*" },
        part: {
          type: "string",
          description: 'Part of the resource, such as "user langfuse", with "*" likewise; left out, every part.',
        },
        stack: { type: "string", description: "Name of the stack; left out, every stack." },
        reason: { type: "string", minLength: 10 },
        expires: { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}$" },
      },
      required: ["reason", "expires"],
    },
  },
};

const LEVELS: readonly string[] = ["mandatory", "advisory", "disabled"];

/**
 * Reads configuration in the form of Pulumi's --policy-pack-config: `{"<rule>": "<level>" | {enforcementLevel?,
 * …properties}}`,
 * "all" for the level of every rule. Of several layers the later wins, property by property, as the engine has it with
 * the
 * pack's own configuration and the file on the command line. Gives every problem at once; what has one keeps its
 * default.
 */
export function configure(
  layers: readonly unknown[],
  rules: readonly Rule[],
): { configuration: Configuration; problems: readonly string[] } {
  const problems: string[] = [];
  const levels = new Map<string, RuleConfiguration["level"]>();
  const written = new Map<string, Readonly<Record<string, unknown>>>();
  for (const layer of layers) readLayer(layer, rules, levels, written, problems);
  const configuration = new Map<string, RuleConfiguration>();
  for (const rule of rules) {
    configuration.set(rule.name, {
      level: levels.get(rule.name) ?? rule.level,
      ...propertiesOf(rule, written.get(rule.name) ?? {}, problems),
    });
  }
  return { configuration, problems };
}

function readLayer(
  layer: unknown,
  rules: readonly Rule[],
  levels: Map<string, RuleConfiguration["level"]>,
  written: Map<string, Readonly<Record<string, unknown>>>,
  problems: string[],
): void {
  if (!isRecord(layer)) return void problems.push("policy configuration: not a JSON object; write {} for none");
  const names = rules.map((rule) => rule.name);
  const everywhere = level(layer["all"], "all", problems);
  if (everywhere !== undefined) for (const name of names) levels.set(name, everywhere);
  for (const [name, entry] of Object.entries(layer)) {
    if (name === "all" || name === "environments") continue;
    if (!names.includes(name)) {
      problems.push(
        `policy configuration: there is no policy "${name}"; remove it or write one of ${names.join(", ")}`,
      );
      continue;
    }
    if (!isRecord(entry) && typeof entry !== "string")
      problems.push(`policy configuration: ${name}: neither a level nor an object`);
    const own = level(entry, name, problems);
    if (own !== undefined) levels.set(name, own);
    if (isRecord(entry)) written.set(name, { ...written.get(name), ...withoutLevel(entry) });
  }
}

/** Reads one rule's properties, as the engine hands them over too. */
export function propertiesOf(
  rule: Pick<Rule, "name" | "configSchema">,
  raw: Readonly<Record<string, unknown>>,
  problems: string[],
): Pick<RuleConfiguration, "properties" | "exemptions"> {
  const schema: Schema = { type: "object", properties: { ...rule.configSchema, ...commonSchema } };
  const found: string[] = [];
  const filled = check(raw, schema, rule.name, found);
  problems.push(...found.map((problem) => `policy configuration: ${problem}`));
  const { exemptions, ...properties } = isRecord(filled) ? filled : {};
  return { properties, exemptions: (Array.isArray(exemptions) ? exemptions : []).filter(isRecord).flatMap(exemption) };
}

function exemption(raw: Readonly<Record<string, unknown>>): Exemption[] {
  const { resource, part, stack, reason, expires } = raw;
  if (
    typeof resource !== "string" ||
    typeof reason !== "string" ||
    typeof expires !== "string" ||
    Number.isNaN(Date.parse(expires))
  )
    return [];
  return [
    {
      resource,
      reason,
      expires,
      part: typeof part === "string" ? part : undefined,
      stack: typeof stack === "string" ? stack : undefined,
    },
  ];
}

function level(written: unknown, name: string, problems: string[]): RuleConfiguration["level"] | undefined {
  const word = isRecord(written) ? written["enforcementLevel"] : written;
  if (word === undefined || (typeof word !== "string" && !isRecord(written))) return undefined;
  if (typeof word === "string" && LEVELS.includes(word)) return word as RuleConfiguration["level"];
  problems.push(`policy configuration: ${name}: its level is none of ${LEVELS.join(", ")}`);
  return undefined;
}

function withoutLevel(properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => key !== "enforcementLevel"));
}

/** Checks a value against a schema; gives it back with defaults, or the default where it does not fit. */
function check(value: unknown, schema: Schema, path: string, problems: string[]): unknown {
  const wrong = fault(value, schema);
  if (wrong !== undefined) {
    problems.push(`${path}: ${wrong}`);
    return schema.default;
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item, i) => check(item, items, `${path}[${i}]`, problems));
  }
  return isRecord(value) && schema.properties !== undefined
    ? checkObject(value, schema, schema.properties, path, problems)
    : value;
}

function checkObject(
  value: Readonly<Record<string, unknown>>,
  schema: Schema,
  properties: Readonly<Record<string, Schema>>,
  path: string,
  problems: string[],
): unknown {
  for (const key of Object.keys(value)) {
    if (properties[key] === undefined && schema.open !== true)
      problems.push(`${path}: unknown key "${key}"; it knows ${Object.keys(properties).join(", ")}`);
  }
  for (const key of schema.required ?? []) if (value[key] === undefined) problems.push(`${path}: ${key} is missing`);
  const entries: [string, unknown][] = [];
  for (const [key, each] of Object.entries(properties)) {
    const filled = value[key] === undefined ? each.default : check(value[key], each, `${path}.${key}`, problems);
    if (filled !== undefined) entries.push([key, filled]);
  }
  return Object.fromEntries(entries);
}

function fault(value: unknown, schema: Schema): string | undefined {
  switch (schema.type) {
    case "string":
      if (typeof value !== "string") return "not a text";
      if (schema.enum !== undefined && !schema.enum.includes(value)) return `none of ${schema.enum.join(", ")}`;
      if (schema.minLength !== undefined && value.length < schema.minLength)
        return `shorter than ${schema.minLength} characters`;
      return schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)
        ? `does not have the form ${schema.pattern}`
        : undefined;
    case "integer":
    case "number":
      if (typeof value !== "number" || (schema.type === "integer" && !Number.isInteger(value)))
        return `not ${schema.type === "integer" ? "an integer" : "a number"}`;
      if (schema.minimum !== undefined && value < schema.minimum) return `less than ${schema.minimum}`;
      return schema.maximum !== undefined && value > schema.maximum ? `more than ${schema.maximum}` : undefined;
    case "boolean":
      return typeof value === "boolean" ? undefined : "neither true nor false";
    case "array":
      return Array.isArray(value) ? undefined : "not a list";
    case "object":
      return isRecord(value) ? undefined : "not an object";
  }
}
