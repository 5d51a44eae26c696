import { LineCounter, parseDocument, isMap, isScalar, isSeq, type Document, type Node } from "yaml";

/** A stack's configuration file as people see it: keys and the lines they stand on. */
export class StackFile {
  private readonly lines = new LineCounter();
  private readonly document: Document;

  /**
   * @param path as it is to be shown.
   * @param project the namespace of the keys.
   */
  constructor(
    readonly path: string,
    text: string,
    private readonly project: string,
  ) {
    this.document = parseDocument(text, { lineCounter: this.lines });
  }

  /**
   * The line of a key such as ["server", "maxmemory"], from 1. A member of a list is named by its `name` or `site`. Of
   * a key
   * that is not there, the line of what it would stand in; 1 where nothing of it is there.
   */
  lineOf(keys: readonly string[]): number {
    const config = child(this.document.contents, "config");
    if (config === undefined) return 1;
    let found = config;
    for (const [depth, key] of keys.entries()) {
      const next = depth === 0 ? child(found.value, `${this.project}:${key}`) : child(found.value, key);
      if (next === undefined) break;
      found = next;
    }
    return this.lines.linePos(found.offset).line || 1;
  }
}

interface Entry {
  readonly offset: number;
  readonly value: Node | null;
}

function child(of: unknown, key: string): Entry | undefined {
  if (isMap(of)) {
    for (const { key: name, value } of of.items) {
      if (isScalar(name) && String(name.value) === key)
        return { offset: name.range?.[0] ?? 0, value: isNode(value) ? value : null };
    }
  }
  if (isSeq(of)) {
    for (const item of of.items) {
      if (isMap(item) && ["name", "site"].some((name) => item.get(name) === key))
        return { offset: item.range?.[0] ?? 0, value: item };
    }
  }
  return undefined;
}

const isNode = (value: unknown): value is Node => isMap(value) || isSeq(value) || isScalar(value);
