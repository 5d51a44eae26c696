import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, type CheckOptions } from "../../../cli/commands/check";
import { CommandFailure } from "../../../cli/failure";
import type { Result } from "../../../cli/command/result";

const ROOT = join(__dirname, "../../..");
export const TODAY = "2026-01-15";

/** A folder with this project's two stacks, which a test may change. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "check-"));

  constructor() {
    for (const file of ["Pulumi.yaml", "Pulumi.primary.yaml", "Pulumi.dr.yaml"])
      cpSync(join(ROOT, file), this.path(file));
  }

  path = (file: string): string => join(this.folder, file);
  read = (file: string): string => readFileSync(this.path(file), "utf8");

  write(file: string, text: string): string {
    writeFileSync(this.path(file), text);
    return this.path(file);
  }

  /** Replaces a text that has to be there. */
  edit(file: string, from: string, to: string): void {
    const before = this.read(file);
    if (!before.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`);
    this.write(file, before.replace(from, to));
  }

  /** The line on which a text stands, from 1. */
  lineOf = (file: string, text: string): number =>
    this.read(file)
      .split("\n")
      .findIndex((line) => line.includes(text)) + 1;

  check(options: Partial<CheckOptions> = {}): Promise<Result> {
    return check({
      stacks: null,
      configFiles: [],
      resources: null,
      manifests: null,
      profile: "auto",
      allowEmpty: false,
      policyConfig: null,
      format: "text",
      cwd: this.folder,
      today: TODAY,
      ...options,
    });
  }

  /** What is wrong with the input, each on a line. @throws Error when nothing is. */
  async problems(options: Partial<CheckOptions>): Promise<readonly string[]> {
    try {
      await this.check(options);
    } catch (error) {
      if (error instanceof CommandFailure && error.code === 2)
        return error.problems.map((problem) => problem.replaceAll(`${this.folder}/`, ""));
      throw error;
    }
    throw new Error("nothing was wrong");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
