import type { Append, Final, Get, History, Operation, Read, Set as Write } from "../history/operation";
import { KeyHistory } from "./keyHistory";
import { isWithin, type Promised } from "./promised";
import type { Report, Violation, ViolationKind } from "./report";
import { servedAgainMs } from "./served";

/** Pure: judges a run by its history and by what was promised, and by nothing else. */
export function checkHistory(history: History, promised: Promised): Report {
  const check = new Check(history, promised);
  check.all();
  const acknowledged = writesOf(history).filter(({ outcome }) => outcome === "acknowledged");
  return {
    acknowledged: acknowledged.length,
    unknown: writesOf(history).length - acknowledged.length,
    reads: history.operations.length - writesOf(history).length,
    lostAsAllowed: check.lostAsAllowed,
    twoSitesAsAllowed: check.twoSitesAsAllowed,
    violations: check.violations,
    servedAgainMs: check.servedAgain,
  };
}

const isAppend = (op: Operation): op is Append => op.f === "append";
const isSet = (op: Operation): op is Write => op.f === "set";
const isRead = (op: Operation): op is Read => op.f === "read";
const isGet = (op: Operation): op is Get => op.f === "get";
const writesOf = ({ operations }: History): readonly (Append | Write)[] =>
  operations.filter((op) => isAppend(op) || isSet(op));
const shown = (op: Operation & { readonly value?: string | null }): string => {
  const what = op.value === undefined ? op.key : `${op.key} = ${op.value}`;
  return `${what} beside ${op.beside}, ${op.invoked.toFixed(0)}–${op.ended.toFixed(0)} ms`;
};

function byKey<T extends Operation>(operations: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const op of operations) {
    const list = found.get(op.key);
    if (list === undefined) found.set(op.key, [op]);
    else list.push(op);
  }
  return found;
}

class Check {
  readonly violations: Violation[] = [];
  lostAsAllowed = 0;
  twoSitesAsAllowed = 0;
  servedAgain: number | null = null;
  private readonly final: Final;

  constructor(
    private readonly history: History,
    private readonly promised: Promised,
  ) {
    const final = history.finals.find(({ access }) => access === "primary");
    if (final === undefined) throw new Error("history: says nothing of what the primary held in the end");
    this.final = final;
  }

  all(): void {
    const { operations, events } = this.history;
    for (const key of this.lists()) this.list(key);
    this.values(operations.filter(isSet), operations.filter(isGet));
    this.copies();
    const stayed = writesOf(this.history).filter((op) => op.outcome === "acknowledged" && this.stayed(op));
    this.servedAgain = servedAgainMs(stayed, this.promised.served, events);
    if (this.servedAgain === null)
      this.violate("not served", `no write was acknowledged after "${this.promised.served}"`);
  }

  private list(key: KeyHistory): void {
    for (const what of key.disorder) this.violate("order", what);
    const known = new Set(key.appends.map(({ value }) => value));
    for (const value of key.final)
      if (!known.has(value)) this.violate("order", `${key.key}: ${value} was never written`);
    for (const op of key.appends) this.append(op, key);
    for (const op of key.reads) this.read(op, key);
  }

  private append(op: Append, key: KeyHistory): void {
    const index = key.indexOf(op.value);
    if (index !== undefined) {
      if (op.outcome === "acknowledged" && op.length !== index + 1)
        this.violate("order", `${shown(op)}: acknowledged as number ${op.length}, and is number ${index + 1}`);
      if (key.acknowledgedFrom(index + 1) < op.invoked)
        this.violate("order", `${shown(op)}: stands before a write that was acknowledged before it was sent`);
    } else if (op.outcome === "acknowledged") {
      this.lost(op);
      if (key.acknowledgedFrom(key.common(op)) < op.invoked) this.secondSite(op);
    }
  }

  private read(op: Read, key: KeyHistory): void {
    const start = op.length - op.tail.length;
    op.tail.forEach((value, i) => {
      const index = key.indexOf(value);
      if (index !== undefined && index !== start + i)
        this.violate("order", `${shown(op)}: read ${value} as number ${start + i + 1}, and it is number ${index + 1}`);
    });
    if (op.access === "copy" || key.acknowledgedFrom(key.common(op)) >= op.invoked) return;
    if (!isWithin(op.invoked, this.promised.twoSites, this.history.events))
      this.violate("stale read", `${shown(op)}: lacks a write that was acknowledged before it was sent`);
  }

  private values(writes: readonly Write[], gets: readonly Get[]): void {
    const byKey = new Map(writes.map((op) => [op.key, op]));
    for (const op of writes) {
      const value = this.final.values[op.key] ?? null;
      if (op.outcome === "acknowledged" && value === null) this.lost(op);
      else if (value !== null && value !== op.value) this.violate("order", `${shown(op)}: has the value ${value}`);
    }
    for (const op of gets) {
      const write = byKey.get(op.key);
      if (op.value !== null && op.value !== write?.value) this.violate("order", `${shown(op)}: was never written`);
      if (write === undefined || op.value !== null) continue;
      const isLate = write.outcome === "acknowledged" && write.ended < op.invoked && this.stayed(write);
      if (isLate && !isWithin(op.invoked, this.promised.twoSites, this.history.events))
        this.violate("stale read", `${shown(op)}: not there, though it was acknowledged before`);
    }
  }

  private copies(): void {
    for (const copy of this.history.finals.filter(({ access }) => access === "copy")) {
      for (const [key, list] of Object.entries(this.final.lists))
        if (JSON.stringify(copy.lists[key]) !== JSON.stringify(list))
          this.violate(
            "copies differ",
            `${key}: ${copy.lists[key]?.length ?? 0} elements in ${copy.site}, ${list.length} in ${this.final.site}`,
          );
      for (const [key, value] of Object.entries(this.final.values))
        if ((copy.values[key] ?? null) !== value)
          this.violate(
            "copies differ",
            `${key}: ${copy.values[key] ?? "nothing"} in ${copy.site}, ${value ?? "nothing"} in ${this.final.site}`,
          );
    }
  }

  private lost(op: Append | Write): void {
    if (isWithin(op.ended, this.promised.losses, this.history.events)) this.lostAsAllowed += 1;
    else this.violate("lost", shown(op));
  }

  private secondSite(op: Append): void {
    if (isWithin(op.ended, this.promised.twoSites, this.history.events)) this.twoSitesAsAllowed += 1;
    else this.violate("two sites", `${shown(op)}: acknowledged after another site had acknowledged what stayed`);
  }

  private stayed(op: Append | Write): boolean {
    return op.f === "set" ? this.final.values[op.key] === op.value : this.elements(op.key).has(op.value);
  }

  private readonly members = new Map<string, ReadonlySet<string>>();
  private elements(key: string): ReadonlySet<string> {
    const known = this.members.get(key) ?? new Set(this.final.lists[key] ?? []);
    this.members.set(key, known);
    return known;
  }

  private lists(): readonly KeyHistory[] {
    const { operations } = this.history;
    const [appends, reads] = [byKey(operations.filter(isAppend)), byKey(operations.filter(isRead))];
    const keys = new Set([...appends.keys(), ...reads.keys(), ...Object.keys(this.final.lists)]);
    return [...keys].map(
      (key) => new KeyHistory(key, this.final.lists[key] ?? [], appends.get(key) ?? [], reads.get(key) ?? []),
    );
  }

  private violate(kind: ViolationKind, what: string): void {
    this.violations.push({ kind, what });
  }
}
