import type { Problem } from "../problems";
import type { Note } from "./node";

const shown = (raw: unknown): string => {
  if (raw === null) return "nothing";
  if (Array.isArray(raw)) return "a list";
  return typeof raw === "object" ? "a map" : `${typeof raw} ${JSON.stringify(raw)}`;
};

/** A value of the wrong shape. */
export const malformed = (key: string, raw: unknown, wanted: string): Problem => ({
  kind: "malformed",
  key,
  problem: `is ${shown(raw)}`,
  remedy: `write ${wanted}`,
});

/** The nearest known name, for a hint at a slip of the pen. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const plain = (word: string): string => word.toLowerCase().replace(/[^a-z0-9]/g, "");
  return (
    known.find((each) => plain(each) === plain(name)) ?? known.find((each) => distance(plain(each), plain(name)) <= 2)
  );
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Notes every name that is none of `known`. */
export function noteUnknown(
  path: (name: string) => string,
  given: readonly string[],
  known: readonly string[],
  note: Note,
): void {
  for (const name of given.filter((each) => !known.includes(each))) {
    const meant = nearest(name, known);
    note({
      kind: "unknown-key",
      key: path(name),
      problem: "is no key of this program",
      remedy: meant === undefined ? `remove it, or use one of ${known.join(", ")}` : `perhaps "${meant}" is meant`,
    });
  }
}
