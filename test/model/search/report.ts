import type { Searched } from "./breadthFirst";

/** A table as Markdown has it. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(heading), line(heading.map(() => "---")), ...rows.map(line)].join("\n");
}

export const number = (value: number): string => value.toLocaleString("en-US");

export const searchedTable = (all: readonly Searched[]): string =>
  table(
    ["configuration", "states", "events tried", "every state to depth", "ways back followed", "broken"],
    all.map((s) => [
      s.configuration.name,
      number(s.states),
      number(s.transitions),
      `${s.depth}${s.complete ? " (all there are)" : ""}`,
      number(s.recovered),
      number(s.found.length),
    ]),
  );
