import type { LabSite } from "../../plan";

/** What every operation says of itself. Times are milliseconds of the machine's monotonic clock, which nobody sets. */
interface Sent {
  /** One connection after the other; never two operations at once. */
  readonly client: string;
  /** The site at whose Service it was sent. */
  readonly beside: LabSite;
  readonly key: string;
  readonly invoked: number;
  readonly ended: number;
}

/** No acknowledgement came: the write may have happened, now or later. */
interface Unknown {
  readonly outcome: "unknown";
  readonly error: string;
}

/** A list from its end: its length, and its last elements in order. */
export interface ListEnd {
  readonly length: number;
  readonly tail: readonly string[];
}

/** `RPUSH key value` and `LRANGE key` of the end, in one transaction. Values are unique. */
export type Append = Sent & { readonly f: "append"; readonly value: string } & (
    Unknown | ({ readonly outcome: "acknowledged" } & ListEnd)
  );
/** `SET key value`; each key is written once. */
export type Set = Sent & { readonly f: "set"; readonly value: string } & (
    Unknown | { readonly outcome: "acknowledged" }
  );
/** `primary`: the Service that leads to the primary. `copy`: the one of the site's own copy. */
export type Access = "primary" | "copy";
export type Read = Sent & { readonly f: "read"; readonly access: Access; readonly outcome: "acknowledged" } & ListEnd;
export type Get = Sent & { readonly f: "get"; readonly outcome: "acknowledged"; readonly value: string | null };
export type Operation = Append | Set | Read | Get;

/** Something that was done to the sites, or by the operator. */
export interface Event {
  readonly event: string;
  readonly at: number;
  readonly wall: string;
}

/** Everything that a site held when all was over and the writers had stopped. */
export interface Final {
  readonly site: LabSite;
  readonly access: Access;
  readonly lists: Readonly<Record<string, readonly string[]>>;
  readonly values: Readonly<Record<string, string | null>>;
}

export interface History {
  readonly operations: readonly Operation[];
  readonly events: readonly Event[];
  readonly finals: readonly Final[];
}

export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
