import { readFileSync } from "node:fs";
import type { RawResource } from "../../policies/model/resource";
import { badInput } from "../failure";
import { jsonFault } from "./jsonFault";
import { defined, isRecord } from "../../server/records";

/** More of the same say no more. */
const MOST_PROBLEMS = 20;

/**
 * Reads a JSON list of `{type, name, props, stack}`, as `render` writes it (where `secrets` may stand besides).
 * @throws CommandFailure naming every entry of another shape.
 */
export function readResources(file: string): readonly RawResource[] {
  const content = parse(file, read(file));
  if (!Array.isArray(content))
    throw badInput(`${file}: not a list; write an array of {type, name, props, stack}, as "dragonfly-dr render" does`);
  const problems = content.flatMap((entry: unknown, i) => faults(entry).map((fault) => `${file}: [${i}]${fault}`));
  if (problems.length > 0)
    throw badInput(
      ...problems.slice(0, MOST_PROBLEMS),
      ...(problems.length > MOST_PROBLEMS ? [`${file}: and ${problems.length - MOST_PROBLEMS} more`] : []),
    );
  return content.map(({ type, name, props, stack, secrets }: RawResource) => ({
    type,
    name,
    props,
    stack,
    ...defined({ secrets }),
  }));
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw badInput(
      `${file}: cannot be read ` +
        `(${error instanceof Error && "code" in error ? String(error.code) : "unknown"}); give a file that ` +
        `"dragonfly-dr render" wrote`,
    );
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const fault = jsonFault(text);
    throw badInput(
      `${file}: not JSON${fault === undefined ? "" : ` at line ${fault.line}, column ${fault.column}`}; give a ` +
        `file that "dragonfly-dr render" wrote`,
    );
  }
}

function faults(entry: unknown): string[] {
  if (!isRecord(entry)) return [": not an object; write {type, name, props, stack}"];
  const { secrets } = entry;
  return [
    ...["type", "name", "stack"]
      .filter((key) => typeof entry[key] !== "string" || entry[key] === "")
      .map((key) => `.${key}: not a text; write the resource's ${key}`),
    ...(isRecord(entry["props"]) ? [] : [".props: not an object; write the resource's properties"]),
    ...(secrets === undefined || (Array.isArray(secrets) && secrets.every((each) => typeof each === "string"))
      ? []
      : [".secrets: not a list of paths; leave it out"]),
  ];
}
