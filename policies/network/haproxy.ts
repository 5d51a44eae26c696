/** One section of an HAProxy configuration: its head and its lines, words split at blanks. */
export interface Section {
  readonly kind: string;
  readonly name: string;
  readonly lines: readonly (readonly string[])[];
}

/** Reads the parts of a configuration that rules ask about; quoting inside words is left as it is. */
export function sections(text: string): Section[] {
  const found: { kind: string; name: string; lines: string[][] }[] = [];
  for (const line of text.split("\n")) {
    const words = line
      .replace(/(^|\s)#.*$/, "")
      .trim()
      .split(/\s+/)
      .filter((word) => word !== "");
    const [kind, name = ""] = words;
    if (kind === undefined) continue;
    if (/^\S/.test(line)) found.push({ kind, name, lines: [] });
    else found.at(-1)?.lines.push(words);
  }
  return found;
}

/** The word after `key` in a line, as in "ca-file PATH". */
export const after = (words: readonly string[], key: string): string | undefined => {
  const at = words.indexOf(key);
  return at < 0 ? undefined : words[at + 1];
};

/** The port that a bind or server line ends in; undefined where it has none. */
export const portOf = (address: string | undefined): number | undefined => {
  const port = /:(\d+)$/.exec(address ?? "")?.[1];
  return port === undefined ? undefined : Number(port);
};
