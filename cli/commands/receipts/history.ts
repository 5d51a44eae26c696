import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { badInput } from "../../failure";

/** What one client saw: when writes were acknowledged, and when one failed; ms since 1970. */
export interface History {
  readonly name: string;
  readonly acknowledged: readonly number[];
  readonly failed: readonly number[];
}

/** Lines `A number ns ms` (acknowledged) and `U number ns ms …` (not known); anything else is passed over. */
export function parseHistory(name: string, text: string): History {
  const acknowledged: number[] = [];
  const failed: number[] = [];
  for (const line of text.split("\n")) {
    const match = /^([AU]) \d+ \d+ (\d+)/.exec(line);
    if (match !== null) (match[1] === "A" ? acknowledged : failed).push(Number(match[2]));
  }
  return { name, acknowledged: acknowledged.sort((a, b) => a - b), failed };
}

/** @throws CommandFailure (bad input) for a file that cannot be read or holds no write. */
export async function readHistory(file: string): Promise<History> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw badInput(`${file}: cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  const history = parseHistory(basename(file), text);
  if (history.acknowledged.length === 0)
    throw badInput(`${file}: holds no acknowledged write; its lines are "A number nanoseconds milliseconds"`);
  return history;
}

export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** The longest time without an acknowledged write that touches `[start, end]`; null where there is none. */
export function longestGap({ acknowledged }: History, start: number, end: number): Gap | null {
  let longest: Gap | null = null;
  for (const [i, to] of acknowledged.entries()) {
    const from = acknowledged[i - 1];
    if (from === undefined || to < start || from > end) continue;
    if (longest === null || to - from > longest.to - longest.from) longest = { from, to };
  }
  return longest;
}
