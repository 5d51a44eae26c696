/** Where a text stops being JSON, from 1. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
}

/**
 * The place of the first sign that no JSON could have; undefined for what is JSON. The parser's own message is of no
 * use: it
 * repeats what it met, which may be a secret, and often leaves out the place.
 */
export function jsonFault(text: string): JsonFault | undefined {
  if (outcome(text) === "whole") return undefined;
  // A longer beginning of a text that has gone wrong has gone wrong too.
  let [good, bad] = [0, text.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (outcome(text.slice(0, middle)) === "wrong") bad = middle;
    else good = middle;
  }
  const before = text.slice(0, good).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** `open`: nothing is wrong yet, but it is not at its end. */
function outcome(text: string): "whole" | "open" | "wrong" {
  try {
    JSON.parse(text);
    return "whole";
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    if (/Unexpected end|Unterminated/.test(message)) return "open";
    const at = /position (\d+)/.exec(message)?.[1];
    return at !== undefined && Number(at) >= text.length ? "open" : "wrong";
  }
}
