import { closeSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Event, Final, History, Operation } from "./operation";

export type Entry = Operation | Event | { readonly final: Final };

const SUFFIX = ".history.jsonl";

/** A file of entries, one JSON object a line, each written before anything is done after it. */
export class HistoryFile {
  private readonly file: number;

  constructor(folder: string, name: string) {
    this.file = openSync(join(folder, `${name}${SUFFIX}`), "wx");
  }

  add(entry: Entry): void {
    writeSync(this.file, `${JSON.stringify(entry)}\n`);
  }

  close(): void {
    closeSync(this.file);
  }
}

/** @throws Error that names the file and line that holds no entry. */
export function readHistory(folder: string): History {
  const operations: Operation[] = [];
  const events: Event[] = [];
  const finals: Final[] = [];
  for (const name of readdirSync(folder).filter((each) => each.endsWith(SUFFIX))) {
    readFileSync(join(folder, name), "utf8")
      .split("\n")
      .forEach((line, i) => {
        if (line === "") return;
        const entry = parseLine(line, `${name}:${i + 1}`);
        if ("f" in entry) operations.push(entry);
        else if ("event" in entry) events.push(entry);
        else finals.push(entry.final);
      });
  }
  return {
    operations: operations.sort((a, b) => a.invoked - b.invoked),
    events: events.sort((a, b) => a.at - b.at),
    finals,
  };
}

function parseLine(line: string, where: string): Entry {
  try {
    const entry = JSON.parse(line) as Entry;
    if ("f" in entry || "event" in entry || "final" in entry) return entry;
  } catch {
    // Said below.
  }
  throw new Error(`${where}: no entry of a history`);
}
