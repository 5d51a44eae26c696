import { deflateRawSync, inflateRawSync } from "node:zlib";
import { readPlainName } from "../wire/name";
import { keyOf, questionOf, type QuestionKey } from "../wire/question";

/** The list of popular names: format (1 byte), then, deflated, each key with its length in two bytes before it. */
const FORMAT = 1;
/** Of the unpacked list: a million names of 30 characters would be 32 MB. */
const MOST_BYTES = 32 * 2 ** 20;

export function encodePopular(keys: readonly QuestionKey[]): Buffer {
  const parts = keys.flatMap((key) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(key.length, 0);
    return [length, Buffer.from(key, "latin1")];
  });
  return Buffer.concat([Buffer.from([FORMAT]), deflateRawSync(Buffer.concat(parts))]);
}

/** Whether `text` is what `keyOf` makes of some question: what a shared list says is not believed. */
function isKey(text: string): text is QuestionKey {
  const name = readPlainName(Buffer.from(text, "latin1"), 0);
  return (
    name !== undefined &&
    !name.hasUpper &&
    text.length >= name.end + 4 &&
    keyOf(questionOf(text as QuestionKey)) === text
  );
}

/** @param most keys wanted. @returns as many as can be read; none of a list in another format. */
export function decodePopular(list: Buffer, most: number): readonly QuestionKey[] {
  if (list.length < 1 || list.readUInt8(0) !== FORMAT) return [];
  let plain: Buffer;
  try {
    plain = inflateRawSync(list.subarray(1), { maxOutputLength: MOST_BYTES });
  } catch {
    return [];
  }
  const keys: QuestionKey[] = [];
  for (let at = 0; at + 2 <= plain.length && keys.length < most;) {
    const end = at + 2 + plain.readUInt16BE(at);
    const text = plain.toString("latin1", at + 2, end);
    if (isKey(text)) keys.push(text);
    at = end;
  }
  return keys;
}

/**
 * The list to write: this replica's popular names first, then those that others wrote, as far as there is room. So a
 * replica that has just started does not replace a good list with a short one.
 */
export function mergePopular(
  own: readonly QuestionKey[],
  known: readonly QuestionKey[],
  most: number,
): readonly QuestionKey[] {
  return [...new Set([...own, ...known])].slice(0, most);
}
