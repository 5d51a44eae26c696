/** A name and what a text gives it, as configuration files of many kinds write it. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
}

/** `NAME=value`, `name: value`, `- name = "value"`, with or without export and quotes: what comes before the value. */
const NAME = /^(?:export\s+|-\s+)?["']?([A-Za-z][\w.-]{0,127})["']?\s{0,64}[:=]/;
/** Redis's configuration file. */
const DIRECTIVE = /^(requirepass|masterauth)\s+(\S+)$/i;
const JSON_PAIR = /"([A-Za-z][\w.-]{0,127})"\s{0,64}:\s{0,64}"((?:[^"\\]|\\.)*)"/g;

/** Every assignment of one word or one quoted string in a text; not those whose value is filled in elsewhere. */
export function* assignments(text: string): Iterable<Assignment> {
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    const [before, name] = NAME.exec(line) ?? [];
    if (before !== undefined && name !== undefined) {
      const value = unquoted(line.slice(before.length).replace(/,$/, "").trim());
      if (value !== undefined && !isReference(value)) yield { name, value };
      continue;
    }
    const [, directive, value = ""] = DIRECTIVE.exec(line) ?? [];
    const given = directive === undefined ? undefined : unquoted(value);
    if (directive !== undefined && given !== undefined && !isReference(given)) yield { name: directive, value: given };
  }
  for (const [, name = "", value = ""] of text.matchAll(JSON_PAIR)) if (!isReference(value)) yield { name, value };
}

/** @returns undefined for prose. */
function unquoted(written: string): string | undefined {
  const quote = written.charAt(0);
  if (written.length > 1 && (quote === '"' || quote === "'") && written.endsWith(quote)) return written.slice(1, -1);
  const comment = written.search(/\s#/);
  const word = comment < 0 ? written : written.slice(0, comment).trimEnd();
  return /\s/.test(word) ? undefined : word;
}

/** What stands for a value, and no value. */
const isReference = (value: string): boolean =>
  /^(?:$|[$%<{[|>&*!]|(?:file|env|vault|ref|secret):)/.test(value) ||
  /^(?:null|none|~|yes|no|on|off|required|optional|generated|string)$/i.test(value);
