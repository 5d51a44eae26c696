/**
 * Why the shared cache did not do as it was asked. `gone`: no connection. `slow`: no reply within the cap. `readonly`:
 * asked to write to a replica. `denied`: wrong password or not allowed. `full`: no memory left. `loading`: starting.
 * `busy`: too much is on its way already. `type`: the key holds something else than a string.
 */
export const failureKinds = ["gone", "slow", "readonly", "denied", "full", "loading", "busy", "type", "other"] as const;
export type FailureKind = (typeof failureKinds)[number];

const REPLIES: readonly (readonly [start: RegExp, kind: FailureKind])[] = [
  [/^READONLY\b/, "readonly"],
  [/^(NOPERM|NOAUTH|WRONGPASS)\b/, "denied"],
  [/^ERR .*(AUTH|invalid password)/, "denied"],
  [/^(OOM\b|Out of memory)/i, "full"],
  [/^WRONGTYPE\b/, "type"],
  [/^(LOADING|BUSY|MASTERDOWN)\b/, "loading"],
  [/timed out|time-?out|ETIMEDOUT/i, "slow"],
  [/Connection is closed|ECONN|EPIPE|ENOTFOUND|EAI_|EHOST|ENET|Stream isn't writeable|closed/i, "gone"],
];

/** Judges an error by its text: ioredis hands on the server's reply, and has no codes of its own. */
export function kindOfFailure(error: unknown): FailureKind {
  const text = error instanceof Error ? error.message : String(error);
  return REPLIES.find(([start]) => start.test(text))?.[1] ?? "other";
}
