/** What a variable may hold, for messages: never its value, which may be a password or hold one. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["yes", true],
  ["on", true],
  ["enabled", true],
  ["false", false],
  ["0", false],
  ["no", false],
  ["off", false],
  ["disabled", false],
]);

const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["k", 1e3],
  ["m", 1e6],
  ["g", 1e9],
  ["ki", 2 ** 10],
  ["mi", 2 ** 20],
  ["gi", 2 ** 30],
]);

/** What is wrong with a variable; never its value. */
export interface VariableProblem {
  readonly variable: string;
  readonly problem: string;
  readonly remedy: string;
}

export interface Range {
  readonly least: number;
  readonly most: number;
}

/**
 * Reads variables and gathers what is wrong with them, so that one start shows every mistake. An empty variable counts
 * as unset, as a chart's template leaves it.
 */
export class Environment {
  readonly problems: VariableProblem[] = [];
  readonly #variables: Readonly<Record<string, string | undefined>>;

  constructor(variables: Readonly<Record<string, string | undefined>>) {
    this.#variables = variables;
  }

  text(name: string): string | undefined {
    const value = this.#variables[name]?.trim();
    return value === undefined || value === "" ? undefined : value;
  }

  /** true, 1, yes, on, enabled, and their opposites, in any case. Anything else is a mistake, never "false". */
  boolean(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const boolean = BOOLEANS.get(value.toLowerCase());
    if (boolean === undefined)
      this.refuse(name, "is neither true nor false", `use one of ${[...BOOLEANS.keys()].join(", ")}`);
    return boolean;
  }

  integer(name: string, fallback: number, { least, most }: Range): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
    if (number >= least && number <= most) return number;
    this.refuse(name, "is out of range", `use a whole number from ${least} to ${most}`);
    return fallback;
  }

  /** Bytes, with k, M, G or Ki, Mi, Gi after the number if wanted. */
  size(name: string, fallback: number, { least, most }: Range): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const parts = /^(\d{1,12})([kmg]i?)?b?$/i.exec(value);
    const bytes = parts === null ? NaN : Number(parts[1]) * (SIZE_UNITS.get((parts[2] ?? "").toLowerCase()) ?? NaN);
    if (bytes >= least && bytes <= most) return bytes;
    this.refuse(name, "is no size in range", `use ${least} to ${most} bytes, such as 64Mi`);
    return fallback;
  }

  oneOf<T extends string>(name: string, fallback: T, allowed: readonly T[]): T {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return fallback;
    const found = allowed.find((each) => each === value);
    if (found === undefined) this.refuse(name, "is not known", `use one of ${allowed.join(", ")}`);
    return found ?? fallback;
  }

  refuse(variable: string, problem: string, remedy: string): void {
    this.problems.push({ variable, problem, remedy });
  }
}
