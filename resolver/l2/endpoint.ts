import { ParseError } from "../../server/parseError";

/** Where a Redis-compatible server is, and as whom to log in. */
export interface RedisEndpoint {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly tls: "none" | "verified";
  readonly username: string | undefined;
}

/** A URL taken apart. The password is kept apart from what is shown in logs. */
export interface ParsedRedisUrl {
  readonly endpoint: RedisEndpoint;
  readonly password: string | undefined;
}

const DEFAULT_PORT = 6379;

/**
 * Reads `redis://[user[:password]@]host[:port][/db]`, or `rediss://` for TLS.
 * @throws ParseError that says what is wrong; the URL, which may hold a password, is not repeated.
 */
export function parseRedisUrl(text: string): ParsedRedisUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new ParseError("not a URL", "use redis://[user:password@]host[:port]");
  if (url.protocol !== "redis:" && url.protocol !== "rediss:")
    throw new ParseError(`scheme "${url.protocol}" is not spoken here`, "use redis:// or rediss://");
  if (url.hostname === "") throw new ParseError("no host in it", "use redis://host[:port]");
  const db = /^\/?(\d*)$/.exec(url.pathname)?.[1];
  if (db === undefined) throw new ParseError("its path is no database number", "leave it out");
  const decode = (part: string): string | undefined => {
    if (/%(?![0-9a-f]{2})/i.test(part))
      throw new ParseError("a % in it stands before no two digits", "write it as %25");
    return part === "" ? undefined : decodeURIComponent(part);
  };
  return {
    endpoint: {
      host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: url.port === "" ? DEFAULT_PORT : Number(url.port),
      db: Number(db),
      tls: url.protocol === "rediss:" ? "verified" : "none",
      username: decode(url.username),
    },
    password: decode(url.password),
  };
}

/** For logs: never with a password. */
export function describeEndpoint({ host, port, tls, username }: RedisEndpoint): string {
  const user = username === undefined ? "" : `${username}@`;
  return `${tls === "verified" ? "rediss" : "redis"}://${user}${host.includes(":") ? `[${host}]` : host}:${port}`;
}
