import { YAMLParseError } from "yaml";
import { SettingsError } from "../../components/problems";
import { readStackFile } from "../../stacks/render";
import type { SiteConfig } from "../../stacks/siteConfig";
import { badInput } from "../failure";

/**
 * The configuration in a stack's file.
 * @throws CommandFailure naming every key that is wrong, or the place where the file cannot be read.
 */
export function stackConfig(file: string): SiteConfig {
  try {
    return readStackFile(file);
  } catch (error) {
    if (error instanceof SettingsError)
      throw badInput(...error.problems.map(({ key, problem, remedy }) => `${file}: ${key}: ${problem}; ${remedy}`));
    // The parser's own message repeats the lines that it met, which may hold a secret.
    if (error instanceof YAMLParseError) throw badInput(`${file}: not YAML${place(error)}; correct it there`);
    if (error instanceof Error && "code" in error)
      throw badInput(
        `${file}: cannot be read (${String(error.code)}); give the stack's configuration with --config-file`,
      );
    throw error;
  }
}

function place({ linePos }: YAMLParseError): string {
  const [start] = linePos ?? [];
  return start === undefined ? "" : ` at line ${start.line}, column ${start.col}`;
}
