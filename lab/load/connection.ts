import { readFileSync } from "node:fs";
import Redis from "ioredis";

/** Where a server or a Service listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface Credentials {
  readonly username: string;
  /** Never printed; comes from a file. */
  readonly password: string;
}

export interface Timeouts {
  readonly connectMs: number;
  /** A reply that takes longer counts as none. */
  readonly commandMs: number;
}

const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 1_000, commandMs: 1_000 };

/** @throws Error when `url` is not `redis://HOST:PORT`; credentials in a URL are refused, because URLs are printed. */
export function parseEndpoint(url: string): Endpoint {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.protocol !== "redis:" || parsed.hostname === "") throw new Error(`--url "${url}": not redis://HOST:PORT`);
  if (parsed.username !== "" || parsed.password !== "")
    throw new Error("--url: holds credentials; give --user and --password-file");
  return { host: parsed.hostname.replace(/^\[|\]$/g, ""), port: parsed.port === "" ? 6379 : Number(parsed.port) };
}

/** @throws Error when the file cannot be read or is empty. */
export function readCredentials(username: string, passwordFile: string): Credentials {
  const password = readFileSync(passwordFile, "utf8").trim();
  if (password === "") throw new Error(`--password-file ${passwordFile}: is empty`);
  return { username, password };
}

/**
 * One connection, authenticated, that never reconnects and never sends a command twice: what was not acknowledged stays
 * so.
 * The library's own login swallows some refusals, so AUTH is a command like any other here.
 * @throws Error of the connection or of AUTH.
 */
export async function connect(
  endpoint: Endpoint,
  credentials: Credentials | null,
  timeouts: Timeouts = DEFAULT_TIMEOUTS,
): Promise<Redis> {
  const redis = new Redis({
    ...endpoint,
    protocol: 2,
    lazyConnect: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    disableClientInfo: true,
    autoResendUnfulfilledCommands: false,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    connectTimeout: timeouts.connectMs,
    commandTimeout: timeouts.commandMs,
  });
  let cause: unknown = null; // a refused connection's own error comes as an event, before the promise's "closed"
  redis.on("error", (error) => (cause = error));
  try {
    await redis.connect();
    if (credentials !== null) await redis.call("AUTH", credentials.username, credentials.password);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw cause ?? error;
  }
}

/**
 * What went wrong in one word that can be counted: the server's error code, the socket's, `closed`, `timeout` or
 * `other`.
 */
export function errorKind(error: unknown): string {
  if (!(error instanceof Error)) return "other";
  const code = "code" in error && typeof error.code === "string" ? error.code : null;
  if (code !== null && /^E[A-Z]+$/.test(code)) return code;
  if (/timed out|ETIMEDOUT/i.test(error.message)) return "timeout";
  if (/closed|isn't writeable|ended/i.test(error.message)) return "closed";
  return /^[A-Z]{3,}\b/.exec(error.message)?.[0] ?? "other";
}
