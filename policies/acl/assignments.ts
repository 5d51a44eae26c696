/** A name and what a text gives it, as configuration files of many kinds write it. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
}

/** `NAME=value`, `name: value`, `- name = "value"`, with or without export and quotes. */
const LINE = /^\s*(?:export\s+|-\s+)?["']?([A-Za-z][\w.-]*)["']?\s*[:=]\s*(\S.*?)\s*,?\s*$/;
/** Redis's configuration file. */
const DIRECTIVE = /^\s*(requirepass|masterauth)\s+(\S+)\s*$/;
const JSON_PAIR = /"([A-Za-z][\w.-]*)"\s*:\s*"((?:[^"\\]|\\.)*)"/g;

/** Every assignment of one word or one quoted string in a text; not those whose value is filled in elsewhere. */
export function* assignments(text: string): Iterable<Assignment> {
  for (const line of text.split("\n")) {
    const [, name, written = ""] = LINE.exec(line) ?? DIRECTIVE.exec(line) ?? [];
    if (name === undefined) continue;
    const value = unquoted(written);
    if (value !== undefined && !isReference(value)) yield { name, value };
  }
  for (const [, name = "", value = ""] of text.matchAll(JSON_PAIR)) if (!isReference(value)) yield { name, value };
}

/** @returns undefined for prose. */
function unquoted(written: string): string | undefined {
  const quoted = /^(["'])(.*)\1$/.exec(written)?.[2];
  if (quoted !== undefined) return quoted;
  const [word = ""] = written.split(/\s+#/);
  return /\s/.test(word) ? undefined : word;
}

/** What stands for a value, and no value. */
const isReference = (value: string): boolean =>
  /^(?:$|[$%<{[|>&*!]|(?:file|env|vault|ref|secret):)/.test(value) ||
  /^(?:null|none|~|yes|no|on|off|required|optional|generated|string)$/i.test(value);
