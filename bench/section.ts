/** One benchmark: what `make bench` runs, and a part of docs/benchmarks.md. */
export interface Benchmark {
  /** As `make bench BENCH=name` and the document's markers have it. */
  readonly name: string;
  readonly title: string;
  /** In the clusters: with DRAGONFLY_BINARY it has a part of its own beside the one on Redis. */
  readonly onEngine?: true;
  /** Runs it. @returns Markdown: what was compared, the table, and how to read it. */
  run(): Promise<string>;
}

/** The part that a run belongs to. */
export const partOf = (
  { name, title, onEngine }: Benchmark,
  dragonfly: string | undefined,
): Pick<Benchmark, "name" | "title"> =>
  onEngine === true && dragonfly
    ? { name: `${name}-dragonfly`, title: `${title} (on a real Dragonfly)` }
    : { name, title };

const begin = (name: string): string => `<!-- begin ${name} -->`;
const end = (name: string): string => `<!-- end ${name} -->`;

/** The document with one benchmark's part replaced, or added at its end. */
export function withSection(
  document: string,
  { name, title }: Pick<Benchmark, "name" | "title">,
  body: string,
): string {
  const part = `${begin(name)}\n## ${title}\n\n${body.trim()}\n${end(name)}`;
  const from = document.indexOf(begin(name));
  const to = document.indexOf(end(name));
  if (from === -1 || to === -1) return `${document.trimEnd()}\n\n${part}\n`;
  return document.slice(0, from) + part + document.slice(to + end(name).length);
}
