import Redis from "ioredis";
import { parseEndpoint } from "../load/connection";
import { expect } from "./expect";

interface Attempt {
  readonly what: string;
  readonly user: string | null;
  readonly command: readonly [string, ...string[]];
  /** The error's first word; null when it must be allowed. */
  readonly refused: string | null;
}

const ATTEMPTS: readonly Attempt[] = [
  { what: "appcache writes its own prefix", user: "appcache", command: ["SET", "cache:tour", "1"], refused: null },
  {
    what: "appcache writes keycloak's prefix",
    user: "appcache",
    command: ["SET", "keycloak:tour", "1"],
    refused: "NOPERM",
  },
  {
    what: "appcache writes the guard's heartbeat",
    user: "appcache",
    command: ["SET", "__dr:heartbeat", "1"],
    refused: "NOPERM",
  },
  { what: "appcache changes the role", user: "appcache", command: ["REPLICAOF", "NO", "ONE"], refused: "NOPERM" },
  { what: "keycloak reads litellm's prefix", user: "keycloak", command: ["GET", "litellm:tour"], refused: "NOPERM" },
  { what: "nobody without a password", user: null, command: ["GET", "cache:tour"], refused: "NOAUTH" },
];

/**
 * Tries what users may and may not do. @throws LabError when one is let in where it must not be, or the other way
 * round.
 */
export async function aclTour(
  url: string,
  passwords: Readonly<Record<string, string>>,
  say: (line: string) => void,
): Promise<void> {
  for (const { what, user, command, refused } of ATTEMPTS) {
    const redis = new Redis({
      ...parseEndpoint(url),
      ...(user === null ? {} : { username: user, password: passwords[user] ?? "" }),
      lazyConnect: true,
      retryStrategy: () => null,
      enableReadyCheck: false,
      disableClientInfo: true,
    });
    // Refused at the greeting already, the connection is closed before the command has an answer.
    let refusal: Error | null = null;
    redis.on("error", (error: Error) => (refusal ??= error));
    const [name, ...args] = command;
    const reply = await redis
      .connect()
      .then(() => redis.call(name, ...args))
      .then(
        () => null,
        (error: Error) => (refusal ?? error).message.split(" ", 1)[0] ?? "",
      );
    redis.disconnect();
    expect(reply === refused, `${what}: ${reply ?? "allowed"}, expected ${refused ?? "allowed"}`);
    say(`${what}: ${reply ?? "OK"}`);
  }
}
