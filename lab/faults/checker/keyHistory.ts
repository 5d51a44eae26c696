import type { Append, Read } from "../history/operation";

/**
 * What is known of one list. The list at the primary in the end is the order that counts; what was acknowledged and is
 * not in it was on another branch, which left the list somewhere.
 */
export class KeyHistory {
  private readonly indexes: ReadonlyMap<string, number>;
  private readonly parents = new Map<string, string | null>();
  private readonly conflicts: string[] = [];
  private readonly earliest: readonly number[];

  constructor(
    readonly key: string,
    readonly final: readonly string[],
    readonly appends: readonly Append[],
    readonly reads: readonly Read[],
  ) {
    this.indexes = new Map(final.map((value, i) => [value, i]));
    this.learn(final, final.length);
    for (const op of [...appends, ...reads]) if (op.outcome === "acknowledged") this.learn(op.tail, op.length);
    this.earliest = this.earliestEnds();
  }

  indexOf(value: string): number | undefined {
    return this.indexes.get(value);
  }

  /** Values that were seen behind two different values, or at two places. */
  get disorder(): readonly string[] {
    const twice = this.final.filter((value, i) => this.indexes.get(value) !== i);
    return [...this.conflicts, ...twice.map((value) => `${this.key}: ${value} is in the list twice`)];
  }

  /** How many elements of the final list stand before what is at the end of `list`: where its branch left. */
  common({ length, tail }: { readonly length: number; readonly tail: readonly string[] }): number {
    const start = length - tail.length;
    const last = tail.findLastIndex((value, i) => this.final[start + i] === value);
    if (last !== -1) return start + last + 1;
    const seen = new Set<string>();
    for (let value = tail[0]; value !== undefined && !seen.has(value);) {
      seen.add(value);
      const index = this.indexes.get(value);
      if (index !== undefined) return index + 1;
      const parent = this.parents.get(value);
      if (parent === null) return 0;
      value = parent;
    }
    // Unknown how far back: no more is claimed than is sure.
    return Math.max(0, length - 1);
  }

  /** When the first write at or behind this index was acknowledged; Infinity when none was. */
  acknowledgedFrom(index: number): number {
    return this.earliest[Math.min(index, this.final.length)] ?? Infinity;
  }

  private learn(tail: readonly string[], length: number): void {
    tail.forEach((value, i) => {
      const parent = i > 0 ? tail[i - 1] : length === tail.length ? null : undefined;
      if (parent === undefined) return;
      const known = this.parents.get(value);
      if (known !== undefined && known !== parent)
        this.conflicts.push(
          `${this.key}: ${value} was seen behind ${known ?? "nothing"} and behind ${parent ?? "nothing"}`,
        );
      this.parents.set(value, parent);
    });
  }

  private earliestEnds(): readonly number[] {
    const ends = Array.from({ length: this.final.length + 1 }, () => Infinity);
    for (const op of this.appends) {
      const index = this.indexes.get(op.value);
      if (index !== undefined && op.outcome === "acknowledged")
        ends[index] = Math.min(ends[index] ?? Infinity, op.ended);
    }
    for (let i = ends.length - 2; i >= 0; i--) ends[i] = Math.min(ends[i] ?? Infinity, ends[i + 1] ?? Infinity);
    return ends;
  }
}
