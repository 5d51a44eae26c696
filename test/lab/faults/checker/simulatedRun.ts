import fc from "fast-check";
import type { Append, Event, Final, History, Operation, Read } from "../../../../lab/faults/history/operation";
import type { LabSite } from "../../../../lab/plan";

/** What happens at one moment of a run on two servers, the first of which is the primary in the beginning. */
export type Act =
  | {
      readonly act: "append" | "set";
      readonly beside: LabSite;
      readonly key: number;
      readonly heard: boolean;
      readonly carriedOut: boolean;
    }
  | { readonly act: "read" | "get"; readonly beside: LabSite; readonly key: number };

const site = fc.constantFrom<LabSite>("primary", "dr");
export const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constantFrom("append" as const, "set" as const),
      beside: site,
      key: fc.nat(2),
      heard: fc.nat(9).map((n) => n > 0),
      carriedOut: fc.nat(9).map((n) => n > 0),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constantFrom("read" as const, "get" as const), beside: site, key: fc.nat(2) }),
  },
);

const STEP_MS = 10;
const LIST_KEYS = 3;

/** One server's data. */
class Data {
  readonly lists = new Map<string, string[]>();
  readonly values = new Map<string, string>();

  copy(): Data {
    const copied = new Data();
    for (const [key, list] of this.lists) copied.lists.set(key, [...list]);
    for (const [key, value] of this.values) copied.values.set(key, value);
    return copied;
  }

  list(key: string): string[] {
    const list = this.lists.get(key) ?? [];
    this.lists.set(key, list);
    return list;
  }
}

/** A run as honest servers would answer it. */
export class SimulatedRun {
  readonly operations: Operation[] = [];
  readonly events: Event[] = [];
  private now = 0;
  private count = 0;
  private readonly servers: Record<LabSite, Data>;

  constructor() {
    const one = new Data();
    // One primary: both regions' clients are led to it.
    this.servers = { primary: one, dr: one };
  }

  note(event: string): void {
    this.events.push({ event, at: this.now, wall: "" });
    this.now += 1;
  }

  carryOut(acts: readonly Act[]): void {
    for (const each of acts) this.one(each);
  }

  /** From now on each region's clients are answered by a server of their own; the new one lacks the last writes. */
  part(): void {
    this.servers.dr = this.servers.primary.copy();
  }

  /** Everybody is led to this server. */
  unite(at: LabSite): void {
    const { [at]: data } = this.servers;
    this.servers.primary = data;
    this.servers.dr = data;
  }

  history(): History {
    const { primary } = this.servers;
    const written = this.operations.filter(({ f }) => f === "set").map(({ key }) => key);
    const final = (where: LabSite, access: Final["access"]): Final => ({
      site: where,
      access,
      lists: Object.fromEntries(
        Array.from({ length: LIST_KEYS }, (_, n) => [listKey(n), [...(primary.lists.get(listKey(n)) ?? [])]]),
      ),
      values: Object.fromEntries(written.map((key) => [key, primary.values.get(key) ?? null])),
    });
    return {
      operations: [...this.operations],
      events: [...this.events],
      finals: [final("primary", "primary"), final("dr", "copy")],
    };
  }

  private one(each: Act): void {
    const data = this.servers[each.beside];
    const sent = { client: "c", beside: each.beside, invoked: this.now, ended: this.now + STEP_MS / 2 };
    this.now += STEP_MS;
    const key = listKey(each.key);
    switch (each.act) {
      case "append": {
        const value = `v${this.count++}`;
        const list = data.list(key);
        if (each.carriedOut) list.push(value);
        this.operations.push(
          each.heard && each.carriedOut
            ? { f: "append", key, value, ...sent, outcome: "acknowledged", length: list.length, tail: list.slice(-4) }
            : { f: "append", key, value, ...sent, outcome: "unknown", error: "timeout" },
        );
        return;
      }
      case "set": {
        const value = `n${this.count++}`;
        if (each.carriedOut) data.values.set(`set:${value}`, value);
        this.operations.push({
          f: "set",
          key: `set:${value}`,
          value,
          ...sent,
          ...(each.heard && each.carriedOut
            ? { outcome: "acknowledged" as const }
            : { outcome: "unknown" as const, error: "timeout" }),
        });
        return;
      }
      case "read": {
        const list = data.list(key);
        this.operations.push({
          f: "read",
          key,
          ...sent,
          access: "primary",
          outcome: "acknowledged",
          length: list.length,
          tail: list.slice(-8),
        });
        return;
      }
      case "get": {
        const last = this.operations.findLast((op) => op.f === "set");
        if (last === undefined) return;
        const value = data.values.get(last.key) ?? null;
        this.operations.push({ f: "get", key: last.key, ...sent, outcome: "acknowledged", value });
      }
    }
  }
}

export const listKey = (n: number): string => `list:${n}`;
export const acknowledgedAppends = ({
  operations,
}: History): readonly (Append & { readonly outcome: "acknowledged" })[] =>
  operations.filter(
    (op): op is Append & { readonly outcome: "acknowledged" } => op.f === "append" && op.outcome === "acknowledged",
  );
export const readsOf = ({ operations }: History): readonly Read[] =>
  operations.filter((op): op is Read => op.f === "read");
