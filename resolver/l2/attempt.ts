import type { Redis } from "ioredis";
import type { Log } from "../log";
import type { Breaker } from "./breaker";
import { kindOfFailure, type FailureKind } from "./failure";
import type { RedisLink } from "./link";

export const operations = ["get", "set", "del", "publish"] as const;
export type Operation = (typeof operations)[number];

/** Told about every operation, for metrics. */
export interface SharedCacheObserver {
  /** @param failure undefined when it went well. @param seconds how long it took; 0 when it was not even tried. */
  operation(operation: Operation, failure: FailureKind | undefined, seconds: number): void;
}

export class SharedCacheError extends Error {
  constructor(readonly kind: FailureKind) {
    super(kind);
  }
}

export const kindOf = (error: unknown): FailureKind =>
  error instanceof SharedCacheError ? error.kind : kindOfFailure(error);

/** Sends a command if there is a connection, and tells the observer how it went. @throws SharedCacheError */
export async function attempt<T>(
  observer: SharedCacheObserver,
  operation: Operation,
  link: RedisLink,
  send: (client: Redis) => Promise<T>,
): Promise<T> {
  const begun = performance.now();
  const { client } = link;
  try {
    if (client === undefined) throw new SharedCacheError("gone");
    const result = await send(client);
    observer.operation(operation, undefined, (performance.now() - begun) / 1000);
    return result;
  } catch (error) {
    const kind = kindOf(error);
    observer.operation(operation, kind, (performance.now() - begun) / 1000);
    throw new SharedCacheError(kind);
  }
}

/** A replica where the primary was, or a password that is no longer right: another connection may be the remedy. */
export function heal(link: RedisLink, error: unknown): void {
  const kind = kindOf(error);
  if (kind === "readonly" || kind === "denied") link.reset();
}

/** Notes a failure; the one that opens the breaker is logged. @returns whether it did. */
export function noteFailure(
  side: "read" | "write",
  link: RedisLink,
  breaker: Breaker,
  error: unknown,
  { nowMs, log }: { readonly nowMs: number; readonly log: Log },
): boolean {
  heal(link, error);
  if (!breaker.failed(nowMs)) return false;
  const kind = kindOf(error);
  log("warn", "shared cache left out", { side, problem: kind });
  // A connection that hangs does not end by itself for many minutes.
  if (kind === "slow") link.reset();
  return true;
}

export const BREAKER = { failures: 5, openMs: 500, mostOpenMs: 5_000 } as const;
