import { HEADER_BYTES } from "./codes";

const LABEL_MAX = 63;
const NAME_MAX = 255;
const POINTER = 0xc0;

/** Upper-case ASCII. DNS ignores case for these 26 letters and for no other byte (RFC 4343). */
const isUpper = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a;

/** Where an uncompressed name ends and whether it holds an upper-case letter. */
export interface PlainName {
  /** Offset of the first byte after the root label. */
  readonly end: number;
  readonly hasUpper: boolean;
}

/**
 * Reads a name as a query carries it: labels up to the root, no pointers.
 * @returns undefined when it is malformed or leaves `message`.
 */
export function readPlainName(message: Uint8Array, start: number): PlainName | undefined {
  let at = start;
  let hasUpper = false;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > LABEL_MAX) return undefined;
    at += 1;
    if (length === 0) return at - start <= NAME_MAX ? { end: at, hasUpper } : undefined;
    const labelEnd = at + length;
    if (labelEnd - start >= NAME_MAX || labelEnd >= message.length) return undefined;
    if (!hasUpper) {
      for (let i = at; i < labelEnd; i++) {
        if (isUpper(message[i] ?? 0)) {
          hasUpper = true;
          break;
        }
      }
    }
    at = labelEnd;
  }
}

/**
 * Checks a name in a record, following its pointers to the end, so that whoever is sent this message can do so too.
 * Every pointer must lead to before the part that it ends: no chain of them can go round.
 * @returns the offset after the name where it stands, or undefined when it is malformed.
 */
export function endOfName(message: Uint8Array, start: number): number | undefined {
  let at = start;
  let segmentStart = start;
  let total = 0;
  let end: number | undefined;
  for (;;) {
    const length = message[at];
    if (length === undefined) return undefined;
    if (length >= POINTER) {
      const low = message[at + 1];
      if (low === undefined) return undefined;
      end ??= at + 2;
      const target = ((length & ~POINTER) << 8) | low;
      if (target >= segmentStart || target < HEADER_BYTES) return undefined;
      at = target;
      segmentStart = target;
      continue;
    }
    if (length > LABEL_MAX) return undefined;
    total += length + 1;
    if (total > NAME_MAX) return undefined;
    at += length + 1;
    if (length === 0) return end ?? at;
  }
}

/** `name` with ASCII letters in lower case; other bytes as they are. @param name wire form, one character a byte. */
export function lowerCase(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Lower-cases the bytes from `start` to `end` in place. */
export function lowerCaseBytes(message: Uint8Array, start: number, end: number): void {
  for (let i = start; i < end; i++) {
    const byte = message[i] ?? 0;
    if (isUpper(byte)) message[i] = byte | 0x20;
  }
}

/**
 * Gives each letter a case by chance, which an answer must repeat: an off-path forger has to guess it (draft
 * "dns-0x20").
 * @param randomBits at least one byte for each byte from `start` to `end`; its lowest bit decides.
 */
export function randomiseCase(message: Uint8Array, start: number, end: number, randomBits: Uint8Array): void {
  for (let i = start; i < end; i++) {
    const lower = (message[i] ?? 0) | 0x20;
    const isLetter = lower >= 0x61 && lower <= 0x7a;
    if (isLetter) message[i] = ((randomBits[i - start] ?? 0) & 1) === 1 ? lower & ~0x20 : lower;
  }
}
