import { nameFromText, nameToText } from "../wire/presentation";
import { typeFromText, typeToText } from "../wire/typeNames";
import type { Invalidation } from "./tombstones";

/** The text of an invalidation as it is published: JSON, so that a person can read and send it with redis-cli. */
export function writeInvalidation({ name, type, at }: Invalidation): string {
  return JSON.stringify({ name: nameToText(name), ...(type === undefined ? {} : { type: typeToText(type) }), at });
}

/** @returns undefined for whatever is no invalidation: the channel may carry what later versions write. */
export function readInvalidation(text: string): Invalidation | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("name" in value) || typeof value.name !== "string")
      return undefined;
    if (!("at" in value) || typeof value.at !== "number") return undefined;
    const typeText = "type" in value ? value.type : undefined;
    const type = typeof typeText === "string" ? typeFromText(typeText) : undefined;
    if (typeText !== undefined && type === undefined) return undefined;
    return { name: nameFromText(value.name), type, at: value.at };
  } catch {
    return undefined;
  }
}
