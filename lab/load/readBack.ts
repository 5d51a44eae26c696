import { setTimeout as delay } from "node:timers/promises";
import type Redis from "ioredis";
import { connect, errorKind, type Credentials, type Endpoint } from "./connection";

const RETRY_MS = 50;
/** Small enough to leave other clients room, large enough that 80 ms of way do not count. */
const KEYS_A_COMMAND = 500;
const COMMANDS_UNDER_WAY = 8;

/** A key and the value it must have. */
export interface ExpectedKey {
  readonly key: string;
  readonly value: string;
}

export type KeyFinding = "present" | "missing" | "wrong";

/**
 * Reads keys from one endpoint in pipelined MGETs. While the endpoint refuses, loads or closes, it tries again from
 * where it
 * was, until its time is over: an endpoint that does not answer is no finding about keys.
 */
export class ReadBack {
  constructor(
    private readonly endpoint: Endpoint,
    private readonly credentials: Credentials,
    private readonly waitMs: number,
  ) {}

  /**
   * @returns one finding for each key, in order. @throws Error when the endpoint did not answer in time, with its last
   * error.
   */
  async read(expected: readonly ExpectedKey[]): Promise<KeyFinding[]> {
    const findings: KeyFinding[] = [];
    let deadline = performance.now() + this.waitMs;
    for (;;) {
      let redis: Redis | null = null;
      try {
        redis = await connect(this.endpoint, this.credentials, { connectMs: 2_000, commandMs: 10_000 });
        while (findings.length < expected.length) {
          findings.push(...(await this.readWindow(redis, expected, findings.length)));
          deadline = performance.now() + this.waitMs;
        }
        return findings;
      } catch (error) {
        if (performance.now() >= deadline)
          throw new Error(
            `${this.endpoint.host}:${this.endpoint.port} gave no answer within ${this.waitMs / 1_000} s ` +
              `(${errorKind(error)}); is a server open there?`,
            { cause: error },
          );
      } finally {
        redis?.disconnect();
      }
      await delay(RETRY_MS);
    }
  }

  private async readWindow(redis: Redis, expected: readonly ExpectedKey[], start: number): Promise<KeyFinding[]> {
    const parts = Array.from({ length: COMMANDS_UNDER_WAY }, (_, i) =>
      expected.slice(start + i * KEYS_A_COMMAND, start + (i + 1) * KEYS_A_COMMAND),
    );
    const read = await Promise.all(
      parts
        .filter((part) => part.length > 0)
        .map(async (part) => {
          const values = await redis.mget(part.map(({ key }) => key));
          return part.map(({ value }, i): KeyFinding => judge(values[i] ?? null, value));
        }),
    );
    return read.flat();
  }
}

const judge = (found: string | null, expected: string): KeyFinding =>
  found === null ? "missing" : found === expected ? "present" : "wrong";
