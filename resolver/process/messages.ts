import type { Purpose, Served } from "../cache/source";
import type { Invalidation } from "../l2/tombstones";
import type { TallySnapshot } from "../metrics/tally";
import type { QuestionKey } from "../wire/question";
import type { BoundPorts } from "./front";

/** A popular name with its hits. */
export type Popularity = readonly (readonly [key: QuestionKey, hits: number])[];

/** What a worker says to the primary process. `seq` joins a reply to its question. */
export type FromWorker =
  | { readonly kind: "listening"; readonly ports: BoundPorts }
  | { readonly kind: "cannot-listen"; readonly reason: string }
  | { readonly kind: "ask"; readonly seq: number; readonly key: QuestionKey; readonly purpose: Purpose }
  | { readonly kind: "reported"; readonly seq: number; readonly tally: TallySnapshot; readonly popular: Popularity };

/** What the primary process says to a worker. */
export type ToWorker =
  | { readonly kind: "answered"; readonly seq: number; readonly served: Served }
  | { readonly kind: "failed"; readonly seq: number; readonly reason: string }
  | { readonly kind: "report"; readonly seq: number; readonly mostPopular: number }
  | { readonly kind: "forget"; readonly invalidation: Invalidation }
  | { readonly kind: "drain" };

// Both ends are this program, started from the same file: what arrives is what was sent.
export const fromWorker = (message: unknown): FromWorker => message as FromWorker;
export const toWorker = (message: unknown): ToWorker => message as ToWorker;
