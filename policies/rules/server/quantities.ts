import { parseBytes, parseCores } from "../../../server/quantity";
import type { Cache } from "../../model/cache";
import { plainFlag } from "../../model/flags";
import { at } from "../../model/value";

/** Undefined for what is no quantity. */
export function bytesOf(text: string | undefined): number | undefined {
  try {
    return text === undefined ? undefined : parseBytes(text);
  } catch {
    return undefined;
  }
}

/** The container's limit of memory in bytes. @throws UnknownValue */
export const memoryLimit = (cache: Cache): number | undefined =>
  bytesOf(asText(at(cache.container.body, "resources", "limits", "memory")));

/** The container's limit of cores. @throws UnknownValue */
export function cpuLimit(cache: Cache): number | undefined {
  const written = asText(at(cache.container.body, "resources", "limits", "cpu"));
  try {
    return written === undefined ? undefined : parseCores(written);
  } catch {
    return undefined;
  }
}

/** 0, which means no bound, counts as none. */
export const maxmemory = (cache: Cache): number | undefined => bytesOf(plainFlag(cache.flags, "maxmemory"));

/** Threads that the server is told to have. */
export function threads(cache: Cache): number | undefined {
  const written = Number(plainFlag(cache.flags, cache.engine === "dragonfly" ? "proactor_threads" : "io-threads"));
  return Number.isInteger(written) && written > 0 ? written : undefined;
}

export const isUnknownFlag = (cache: Cache, name: string): boolean => cache.flags.get(name)?.from === "unknown";

const asText = (value: ReturnType<typeof at>): string | undefined =>
  typeof value === "number" ? String(value) : typeof value === "string" ? value : undefined;
