import { isIP } from "node:net";
import { parseBytes, parseCores } from "../../server/quantity";
import type { Problem } from "../problems";

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** `parse`'s own words as a problem: "what is wrong; what to write". */
function parsed(key: string, text: string, parse: (text: string) => number): readonly Problem[] {
  try {
    parse(text);
    return [];
  } catch (error) {
    const [problem = "", remedy = "write a positive number"] = reasonOf(error).split("; ");
    return [{ key, problem, remedy }];
  }
}

export const checkBytes = (key: string, text: string): readonly Problem[] => parsed(key, text, parseBytes);
export const checkCores = (key: string, text: string): readonly Problem[] => parsed(key, text, parseCores);

/** Problems of a pair; that the request is under the limit is only asked where both can be read. */
export function checkMemoryPair(prefix: string, request: string, limit: string): readonly Problem[] {
  const problems = [...checkBytes(`${prefix}.memoryRequest`, request), ...checkBytes(`${prefix}.memoryLimit`, limit)];
  if (problems.length > 0 || parseBytes(request) <= parseBytes(limit)) return problems;
  return [
    {
      key: `${prefix}.memoryRequest`,
      problem: `${request} is over memoryLimit (${limit})`,
      remedy: "at most the limit",
    },
  ];
}

export const checkRange = (key: string, value: number, least: number, most: number): readonly Problem[] =>
  Number.isInteger(value) && value >= least && value <= most
    ? []
    : [{ key, problem: `${value} is no whole number from ${least} to ${most}`, remedy: "choose one that is" }];

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** A name of a namespace or Service. */
export const checkDnsLabel = (key: string, text: string): readonly Problem[] =>
  LABEL.test(text)
    ? []
    : [
        {
          key,
          problem: `"${text}" is no DNS label`,
          remedy: 'use at most 63 of a-z, 0-9 and "-", a letter or digit at each end',
        },
      ];

/** A name of a Secret: DNS labels joined by dots. */
export const checkObjectName = (key: string, text: string): readonly Problem[] =>
  text.length <= 253 && text.split(".").every((label) => LABEL.test(label))
    ? []
    : [{ key, problem: `"${text}" is no name of an object`, remedy: 'use a-z, 0-9, "-" and "."' }];

export function isCidr(text: string): boolean {
  const [address = "", length = "", ...rest] = text.split("/");
  const bits = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : -1;
  return rest.length === 0 && /^\d{1,3}$/.test(length) && Number(length) <= bits;
}

export const checkCidrs = (key: string, cidrs: readonly string[]): readonly Problem[] =>
  cidrs.flatMap((cidr, at) =>
    isCidr(cidr)
      ? []
      : [
          {
            key: `${key}[${at}]`,
            problem: `"${cidr}" is no CIDR`,
            remedy: 'write an address and a length such as "10.20.0.0/16"',
          },
        ],
  );

export const isHost = (text: string): boolean =>
  isIP(text) !== 0 ||
  (text.length <= 253 && /[a-z]/i.test(text) && text.split(".").every((label) => LABEL.test(label.toLowerCase())));
