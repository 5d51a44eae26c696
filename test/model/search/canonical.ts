import type { World } from "../world/world";

/** Numbers that only count: two states that differ in them alone behave the same. */
const COUNTS = new Set([
  "commands",
  "commandsSeen",
  "writesUpperBound",
  "generation",
  "observedGeneration",
  "resourceVersion",
  "version",
  "uid",
  "runs",
  "logRuns",
  "offset",
  "updatedAt",
  "time",
  "now",
  "lagSeconds",
  "lastContactSeconds",
  "renewTime",
  "startedAt",
  "lagAtStartSeconds",
  "holderIdentity",
  "statusAt",
  "statusKey",
  "answer",
  "holder",
]);
/** Times in ms: only how long ago, and that only up to what any rule waits for. */
const TIMES = new Set([
  "since",
  "silentSince",
  "linkDownSince",
  "servingSince",
  "lastContact",
  "followedAt",
  "restoreAskedAt",
  "writtenAt",
  "twoServeSince",
  "againstSince",
  "takeoverUntil",
  "askedAt",
  "metAt",
  "dumpedAt",
  "at",
]);
const DURATIONS = new Set(["forMs", "linkDownMs", "heartbeatUnchangedMs", "servingForMs"]);
const LONG_MS = 6_000;
const STEP_MS = 500;

/**
 * A state as text: the same for two states that differ only in the names of processes and runs of writes, in counts of
 * which only the order matters, and in the time of day.
 */
class Canonical {
  private out = "";
  private readonly names = new Map<string, number>();
  private readonly sequences: number[] = [];
  private readonly runs = new Map<number, { readonly name: number; readonly counts: number[] }>();

  constructor(private readonly now: number) {}

  text(w: World): string {
    const { violation, epochs, madePrimary, acknowledged, givenUp, words, served, ...rest } = w;
    void [violation, epochs, madePrimary, acknowledged, givenUp, words, served];
    this.value(rest, "");
    const order = [...new Set(this.sequences)].sort((a, b) => a - b);
    this.out += `#${this.sequences.map((s) => order.indexOf(s)).join()}`;
    for (const { counts } of this.runs.values()) {
      const rank = [...new Set(counts)].sort((a, b) => a - b);
      this.out += `;${counts.map((c) => rank.indexOf(c)).join()}`;
    }
    return this.out;
  }

  private value(value: unknown, key: string): void {
    if (typeof value === "number") return this.number(value, key);
    if (typeof value === "string") return this.string(value);
    if (value === null || value === undefined || typeof value === "boolean") {
      this.out += value === null ? "n" : value === undefined ? "u" : value ? "t" : "f";
      return;
    }
    if (Array.isArray(value)) {
      this.out += "[";
      for (const item of value) this.value(item, key);
      this.out += "]";
      return;
    }
    if (value instanceof Map || value instanceof Set) {
      this.out += "m";
      for (const item of value instanceof Map ? [...value.entries()].flat() : value) this.value(item, "");
      return;
    }
    this.out += "{";
    for (const [name, field] of Object.entries(value as object)) {
      if (COUNTS.has(name)) continue;
      if (name === "log") this.log(field);
      else this.value(field, name);
      this.out += ",";
    }
    this.out += "}";
  }

  private log(value: unknown): void {
    for (let at = value as { run: number; count: number; base: unknown } | null; at !== null;) {
      let known = this.runs.get(at.run);
      if (known === undefined) this.runs.set(at.run, (known = { name: this.runs.size, counts: [] }));
      known.counts.push(at.count);
      this.out += `L${known.name}`;
      at = at.base as typeof at;
    }
  }

  private number(value: number, key: string): void {
    if (key === "sequence") {
      this.sequences.push(value);
      this.out += "s";
    } else if (TIMES.has(key)) this.out += this.span(Math.abs(this.now - value));
    else if (DURATIONS.has(key)) this.out += this.span(value);
    else this.out += value;
  }

  private span(ms: number): string {
    return `${Math.min(LONG_MS, Math.floor(ms / STEP_MS) * STEP_MS)}`;
  }

  private string(value: string): void {
    if (value.startsWith("run-") || value.startsWith("rid-")) {
      let name = this.names.get(value);
      if (name === undefined) this.names.set(value, (name = this.names.size));
      this.out += `r${name}`;
    } else this.out += /\d \w/.test(value) ? value.replace(/[\d.]+ (s|bytes|writes)\b/g, "N") : value;
  }
}

export const canonical = (w: World): string => new Canonical(w.now).text(w);

/** 53 bits of it: for a million states a collision has a chance of one in twenty thousand. */
export function hash(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x1000193;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul(b ^ c, 0x5bd1e995) + 0x27d4eb2f;
    b = (b << 13) | (b >>> 19);
  }
  return (a >>> 0) * 2 ** 21 + ((b >>> 0) & 0x1fffff);
}
