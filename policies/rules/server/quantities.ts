import type { Cache } from "../../model/cache";
import { plainFlag } from "../../model/flags";
import { kubernetesQuantity, serverBytes } from "../../model/quantity";
import { at } from "../../model/value";

/** The container's limit of memory in bytes. @throws UnknownValue */
export const memoryLimit = (cache: Cache): number | undefined =>
  above0(kubernetesQuantity(at(cache.container.body, "resources", "limits", "memory")));

/** The container's limit of cores. @throws UnknownValue */
export const cpuLimit = (cache: Cache): number | undefined =>
  above0(kubernetesQuantity(at(cache.container.body, "resources", "limits", "cpu")));

/** 0, which means no bound, counts as none. */
export const maxmemory = (cache: Cache): number | undefined => {
  const written = plainFlag(cache.flags, "maxmemory");
  return written === undefined ? undefined : above0(serverBytes(cache.engine, written));
};

/** Whether maxmemory is written in a way that is no number of bytes here. */
export const isUnreadMaxmemory = (cache: Cache): boolean => {
  const written = plainFlag(cache.flags, "maxmemory");
  return written !== undefined && serverBytes(cache.engine, written) === undefined;
};

const above0 = (value: number | undefined): number | undefined =>
  value !== undefined && value > 0 ? value : undefined;

/** Threads that the server is told to have. */
export function threads(cache: Cache): number | undefined {
  const written = Number(plainFlag(cache.flags, cache.engine === "dragonfly" ? "proactor_threads" : "io-threads"));
  return Number.isInteger(written) && written > 0 ? written : undefined;
}

export const isUnknownFlag = (cache: Cache, name: string): boolean => cache.flags.get(name)?.from === "unknown";
