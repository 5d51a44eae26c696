import { parseArgs } from "node:util";

/** The flags of one of these commands: what each means, and its value when it is not given (none: it is required). */
export type FlagTable = Readonly<Record<string, { readonly help: string; readonly default?: string }>>;

/** The command line's flags, each problem collected so that all are told at once. */
export class Flags<T extends FlagTable> {
  private readonly values: Readonly<Record<string, string[]>>;
  private readonly problems: string[] = [];

  /** @throws Error for a flag that is not in the table. */
  constructor(
    private readonly table: T,
    argv: readonly string[],
  ) {
    const options = Object.fromEntries(
      Object.keys(table).map((name) => [name, { type: "string", multiple: true } as const]),
    );
    this.values = parseArgs({ args: [...argv], options, allowPositionals: false }).values as Record<string, string[]>;
  }

  text(name: keyof T & string): string {
    return this.all(name)[0] ?? "";
  }

  all(name: keyof T & string): readonly string[] {
    const given = this.values[name] ?? [];
    if (given.length > 0) return given;
    const fallback = this.table[name]?.default;
    if (fallback !== undefined) return [fallback];
    this.problems.push(`--${name}: missing; ${this.table[name]?.help}`);
    return [];
  }

  /** An integer from `min` to `max`. */
  integer(name: keyof T & string, min: number, max: number): number {
    const text = this.text(name);
    const value = Number(text);
    if (text !== "" && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    if (text !== "") this.problems.push(`--${name} ${text}: not an integer from ${min} to ${max}`);
    return min;
  }

  /** The result of `parse`, whose error counts as a problem. */
  parsed<R>(name: keyof T & string, parse: (text: string) => R): R | null {
    const text = this.text(name);
    if (text === "") return null;
    try {
      return parse(text);
    } catch (error) {
      this.problems.push(error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  /** @throws Error with every problem, a line each. */
  check(): void {
    if (this.problems.length > 0) throw new Error(this.problems.join("\n"));
  }
}

export const CONNECTION_FLAGS = {
  url: { help: "redis://HOST:PORT" },
  user: { help: "the ACL user" },
  "password-file": { help: "a file with the user's password" },
} as const;

/** Runs a command's main function: a JSON object on stdout, problems on stderr, exit code 2 for an error. */
export async function runCommand(
  main: (argv: readonly string[]) => Promise<{ readonly result: object; readonly exitCode: number }>,
): Promise<void> {
  try {
    const { result, exitCode } = await main(process.argv.slice(2));
    console.log(JSON.stringify(result));
    process.exitCode = exitCode;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
  }
}
