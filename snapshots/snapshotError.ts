import type { State } from "../contract/snapshotsReport";

/** An attempt that ended without a snapshot, with the state that it leaves behind. */
export class SnapshotError extends Error {
  override readonly name = "Trouble";
  constructor(
    readonly state: Exclude<State, "ok" | "waiting">,
    message: string,
  ) {
    super(message);
  }
}

const DENIED = new Set([
  "AccessDenied",
  "SignatureDoesNotMatch",
  "InvalidAccessKeyId",
  "ExpiredToken",
  "InvalidToken",
  "AccountProblem",
  "Forbidden",
  "CredentialsProviderError",
  "InvalidIdentityToken",
]);
const AWAY = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EPIPE",
  "ENETDOWN",
]);

interface ErrorFields {
  readonly name?: string;
  readonly code?: string;
  readonly Code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly errors?: readonly unknown[];
}

/** What an error of S3's client, of a file or of the server means; `doing` is a clause such as "uploading dump.rdb". */
export function snapshotErrorOf(error: unknown, doing: string): SnapshotError {
  if (error instanceof SnapshotError) return error;
  const clues = (error ?? {}) as ErrorFields;
  const name = clues.name ?? "";
  const status = clues.$metadata?.httpStatusCode ?? 0;
  // Node tries both address families and reports them together.
  const codes = [clues.code, clues.Code, ...(clues.errors ?? []).map((e) => (e as ErrorFields).code)].filter(
    (c) => c !== undefined,
  );
  const message =
    (clues.message === undefined || clues.message === "" || clues.message === "UnknownError"
      ? (codes[0] ?? name)
      : clues.message
    )
      .split("\n")[0]
      ?.slice(0, 200) ?? name;
  const trouble = (state: SnapshotError["state"], remedy: string): SnapshotError =>
    new SnapshotError(state, `${doing}: ${message}; ${remedy}`);
  if (name === "NoSuchBucket" || codes.includes("NoSuchBucket"))
    return trouble("no-bucket", "make the bucket, or correct its name");
  if (DENIED.has(name) || codes.some((c) => DENIED.has(c)) || status === 401 || status === 403)
    return trouble("denied", "check the credentials and what they may do");
  if (codes.includes("ENOSPC") || codes.includes("EDQUOT")) return trouble("disk-full", "enlarge the volume");
  if (name === "TimeoutError" || name === "AbortError" || codes.includes("ETIMEDOUT"))
    return trouble("slow", "the object store does not answer in time");
  if (codes.some((c) => AWAY.has(c))) return trouble("unreachable", "check the endpoint and the way to it");
  if (status >= 500) return trouble("unreachable", `the object store answers ${status}`);
  return trouble("failed", "see the log");
}
