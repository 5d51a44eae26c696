import type { Redis } from "ioredis";
import type { Clock } from "../clock";
import { invalidationChannel } from "../../contract/resolverUser";
import { readInvalidation, writeInvalidation } from "../l2/message";
import type { SharedWriter } from "../l2/sharedWriter";
import type { Invalidation, Tombstones } from "../l2/tombstones";
import type { Log } from "../log";
import { CLASS } from "../wire/codes";
import { nameToText } from "../wire/presentation";
import { keyOf, type QuestionKey } from "../wire/question";
import { cacheableTypes } from "../wire/typeNames";

export interface FlusherOptions {
  readonly prefix: string;
  /** undefined: no shared cache is configured; a flush then reaches this replica only. */
  readonly shared: Pick<SharedWriter, "remove" | "publish"> | undefined;
  readonly tombstones: Tombstones;
  /** Forgets answers in this replica's processes. @returns how many this process had. */
  readonly forget: (invalidation: Invalidation) => number;
  readonly clock: Clock;
  readonly log: Log;
  /** How often the connection that listens is tried, in milliseconds; 10 s when not given. */
  readonly heartbeatMs?: number;
}

const HEARTBEAT_MS = 10_000;

/** What a flush came to. */
export interface FlushResult {
  readonly name: string;
  /** Answers forgotten by this replica. */
  readonly local: number;
  /** Answers removed from the shared cache; undefined without one, or when it could not be reached. */
  readonly shared: number | undefined;
  /** Replicas that were listening, on the server that was told; undefined as above. */
  readonly told: number | undefined;
  /** What could not be done, for the operator; empty when all was. */
  readonly problems: readonly string[];
}

/** Every key under which answers for a name may stand. */
export function keysOf(name: string, type: number | undefined): readonly QuestionKey[] {
  const types = type === undefined ? cacheableTypes : [type];
  return types.flatMap((each) =>
    [false, true].flatMap((dnssecOk) =>
      [false, true].map((checkingDisabled) =>
        keyOf({ name, type: each, class: CLASS.internet, dnssecOk, checkingDisabled }),
      ),
    ),
  );
}

/** Forgets names: here, in the shared cache, and in the other replicas, who are told on a channel. */
export class Flusher {
  readonly #options: FlusherOptions;

  constructor(options: FlusherOptions) {
    this.#options = options;
  }

  /** Listens on a new connection; what is said while there is none is not heard, and ends with its TTL. */
  listen(client: Redis): void {
    const channel = invalidationChannel(this.#options.prefix);
    const subscribe = (): void => {
      client.subscribe(channel).catch(() => {
        if (client.status !== "end") this.#options.log("warn", "cannot listen for invalidations", { channel });
        client.disconnect();
      });
    };
    client.on("message", (_channel: string, text: string) => this.#heard(text));
    // A listener sends nothing by itself, so it would not learn that a gateway has vanished: it subscribes again, which
    // changes nothing and needs no further right, and gives the connection up when that is not confirmed.
    const heartbeat = setInterval(subscribe, this.#options.heartbeatMs ?? HEARTBEAT_MS);
    client.once("end", () => clearInterval(heartbeat));
    subscribe();
  }

  /** @param name wire form in lower case. @param type undefined: all types. */
  async flush(name: string, type: number | undefined): Promise<FlushResult> {
    const { prefix, shared, clock } = this.#options;
    const invalidation: Invalidation = { name, type, at: clock() };
    const local = this.#apply(invalidation);
    const problems: string[] = [];
    const attempt = async (what: string, act: () => Promise<number>): Promise<number | undefined> => {
      try {
        return await act();
      } catch (error) {
        problems.push(
          `${what}: ${error instanceof Error ? error.message : "failed"}; flush again when the shared cache ` +
            "can be written to",
        );
        return undefined;
      }
    };
    const removed =
      shared === undefined
        ? undefined
        : await attempt("removing from the shared cache", () => shared.remove(keysOf(name, type)));
    const told =
      shared === undefined
        ? undefined
        : await attempt("telling the other replicas", () =>
            shared.publish(invalidationChannel(prefix), writeInvalidation(invalidation)),
          );
    return { name: nameToText(name), local, shared: removed, told, problems };
  }

  #heard(text: string): void {
    const invalidation = readInvalidation(text);
    if (invalidation === undefined) return;
    // A clock that is ahead elsewhere must not bury what is learnt from now on.
    this.#apply({ ...invalidation, at: Math.min(invalidation.at, this.#options.clock()) });
  }

  #apply(invalidation: Invalidation): number {
    this.#options.tombstones.bury(invalidation);
    return this.#options.forget(invalidation);
  }
}

/** Whether answers under `key` are meant. */
export const isMeant = ({ name, type }: Pick<Invalidation, "name" | "type">, key: QuestionKey): boolean =>
  // A wire name ends with its root label: no other name begins with it.
  key.startsWith(name) &&
  (type === undefined || ((key.charCodeAt(name.length) << 8) | key.charCodeAt(name.length + 1)) === type);
