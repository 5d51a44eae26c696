import { InvalidArgumentError } from "commander";
import { epoch, isSiteName, type Epoch, type Milliseconds, type Seconds, type SiteName } from "../../server/types";
import type { DiscardedData } from "../../contract/siteRole";

/** Readers of option values; what they throw commander reports with the option's name. */

export function parseSite(text: string): SiteName {
  if (!isSiteName(text))
    throw new InvalidArgumentError('not a site\'s name; use letters a-z, digits and "-", as in the site file.');
  return text;
}

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, "": 1, m: 60, h: 3600 };

/** `15`, `15s`, `500ms`, `2m`, `1h`. */
export function parseSeconds(text: string): Seconds {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|)$/.exec(text);
  const value = Number(match?.[1]) * (UNITS[match?.[2] ?? ""] ?? Number.NaN);
  if (!(value > 0))
    throw new InvalidArgumentError("not a time above 0; write seconds, or a number with ms, s, m or h.");
  return value as Seconds;
}

export const parseMilliseconds = (text: string): Milliseconds => Math.round(parseSeconds(text) * 1000) as Milliseconds;

export function parseEpoch(text: string): Epoch {
  if (!/^\d+$/.test(text) || Number(text) < 1) throw new InvalidArgumentError("not an integer of at least 1.");
  return epoch(Number(text));
}

export const parseList = (text: string): readonly string[] => {
  const names = text.split(",").map((name) => name.trim());
  if (names.some((name) => name === "")) throw new InvalidArgumentError("not a list of names with commas between.");
  return names;
};

/** `dr@3/120`, several with commas between. */
export const parseDiscard = (text: string): readonly DiscardedData[] =>
  parseList(text).map((each) => {
    const match = /^([^@]+)@(\d+)\/(\d+)$/.exec(each);
    if (match?.[1] === undefined || !isSiteName(match[1]))
      throw new InvalidArgumentError("not SITE@EPOCH/SEQUENCE, as status shows it under DATA (dr@3/120).");
    return { site: match[1], epoch: Number(match[2]), sequence: Number(match[3]) };
  });
