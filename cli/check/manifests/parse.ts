import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Node, type Pair, type Tags } from "yaml";

/** A value of a document, and the line on which it begins. */
export interface ManifestDocument {
  readonly value: unknown;
  readonly line: number;
  /** Lines of the members of its list `items`. */
  readonly items: readonly number[];
}

/** Aliases that lead to more than so many nodes are an attack, not a manifest. */
const MOST_ALIASES = 1_000;
const TEMPLATE = /\{\{-?\s*[.$a-zA-Z]/;

/** Reads a stream of YAML or JSON documents, as kubectl does: YAML 1.1 without its words for times of day. */
export function parseManifest(
  text: string,
): { readonly documents: readonly ManifestDocument[] } | { readonly problem: string } {
  const lines = new LineCounter();
  const source = text.replace(/^\uFEFF/, "").replace(/\0/g, "");
  const parsed = parseAllDocuments(source, {
    lineCounter: lines,
    schema: "yaml-1.1",
    merge: true,
    stringKeys: true,
    customTags: (tags) => tags.filter(isKubernetes),
    logLevel: "silent",
  });
  if (!Array.isArray(parsed)) return { documents: [] };
  const documents: ManifestDocument[] = [];
  for (const document of parsed) {
    const [error] = document.errors;
    // The parser's own message repeats the lines that it met, which may hold a secret.
    if (error !== undefined) return { problem: problemAt(lines.linePos(error.pos[0]), source) };
    const line = lines.linePos(document.contents?.range?.[0] ?? 0).line || 1;
    try {
      const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
      documents.push({ value, line, items: itemLines(document.contents, lines) });
    } catch {
      return {
        problem: `not YAML in the document at line ${line}: an alias leads nowhere or to too much; write it out`,
      };
    }
  }
  return { documents };
}

function problemAt({ line, col }: { readonly line: number; readonly col: number }, source: string): string {
  const remedy = TEMPLATE.test(source)
    ? "it is a template: render it first, as by helm template CHART | dragonfly-dr check --manifests -"
    : "correct it there";
  return `not YAML at line ${line}, column ${col}; ${remedy}`;
}

const isKubernetes = (tag: Tags[number]): boolean =>
  typeof tag !== "object" || (tag.tag !== "tag:yaml.org,2002:timestamp" && !("format" in tag && tag.format === "TIME"));

function itemLines(contents: unknown, lines: LineCounter): number[] {
  if (!isMap(contents)) return [];
  const items = contents.items.find((pair: Pair) => isScalar(pair.key) && pair.key.value === "items")?.value;
  return isSeq(items) ? items.items.map((item) => lines.linePos((item as Node).range?.[0] ?? 0).line || 1) : [];
}
