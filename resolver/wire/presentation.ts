/** Characters that would be read as something else in a name's text, in a key or on a terminal. */
const isPlain = (code: number): boolean =>
  code > 0x20 && code < 0x7f && !'.:\\"(){};@$*'.includes(String.fromCharCode(code));

const escapeByte = (code: number): string =>
  isPlain(code) || code === 0x2a ? String.fromCharCode(code) : `\\${String(code).padStart(3, "0")}`;

/**
 * A wire name as text without the last dot ("example.com"; "." for the root). Bytes that are no plain characters are
 * written \DDD, the colon too: so the text is unambiguous within a key of colon-separated parts.
 * @param name labels with their lengths and the root label, one character a byte.
 */
export function nameToText(name: string): string {
  const labels: string[] = [];
  for (let at = 0; at < name.length;) {
    const length = name.charCodeAt(at);
    if (length === 0) break;
    let label = "";
    for (let i = at + 1; i <= at + length; i++) label += escapeByte(name.charCodeAt(i));
    labels.push(label);
    at += length + 1;
  }
  return labels.length === 0 ? "." : labels.join(".");
}

/**
 * The wire form (lower case, one character a byte) of a name as an operator types it, with or without the last dot;
 * \DDD and \c as in zone files.
 * @throws Error when it is no domain name.
 */
export function nameFromText(text: string): string {
  if (text === ".") return "\0";
  const labels: string[] = [];
  let label = "";
  const body = text.endsWith(".") && !text.endsWith("\\.") ? text.slice(0, -1) : text;
  for (let i = 0; i < body.length; i++) {
    const char = body.charAt(i);
    if (char === ".") {
      labels.push(label);
      label = "";
    } else if (char === "\\") {
      const digits = /^\d{3}/.exec(body.slice(i + 1))?.[0];
      if (digits !== undefined && Number(digits) > 255)
        throw new Error(`name "${text}": \\${digits} is no byte; use \\000 to \\255`);
      label += digits === undefined ? body.charAt(i + 1) : String.fromCharCode(Number(digits));
      i += digits === undefined ? 1 : 3;
    } else {
      if (char.charCodeAt(0) > 0x7f)
        throw new Error(`name "${text}": "${char}" is no ASCII; use the form that begins with xn--`);
      label += char;
    }
  }
  labels.push(label);
  const wire = labels.map((part) => String.fromCharCode(part.length) + part).join("") + "\0";
  if (labels.some((part) => part.length === 0 || part.length > 63) || wire.length > 255) {
    throw new Error(`name "${text}": not a domain name; labels have 1 to 63 characters, the whole at most 253`);
  }
  return wire.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** "IN", or "CLASS3" for what has no name here. */
export const classToText = (value: number): string => (value === 1 ? "IN" : `CLASS${value}`);
