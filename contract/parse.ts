import type { Description } from "./describe";

/** What another process wrote is not understood, with every reason; `what` names the file or the answer. */
export class NotUnderstood extends Error {
  override readonly name = "NotUnderstood";
  constructor(
    readonly what: string,
    readonly problems: readonly string[],
  ) {
    super(`${what}: ${problems.join("; ")}`);
  }
}

/** @throws NotUnderstood with every problem. */
export function parse<T>(description: Description<T>, value: unknown, what: string): T {
  const reading = description.read(value, "");
  if (!reading.ok) throw new NotUnderstood(what, reading.problems);
  return reading.value;
}

/** As `parse`, from JSON text. @throws NotUnderstood */
export function parseJson<T>(description: Description<T>, json: string, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new NotUnderstood(what, ["is not JSON"]);
  }
  return parse(description, value, what);
}
