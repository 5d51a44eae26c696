import { setTimeout as delay } from "node:timers/promises";
import type Redis from "ioredis";
import { keyOf, now, valueOf, type AckLog, type Moment, type RunHeader } from "./ackLog";
import { connect, errorKind, type Credentials, type Endpoint } from "./connection";
import { GapTracker, printGap, type PrintedGap } from "./gap";
import { Pace } from "./pace";

export interface WriteLoadOptions {
  readonly endpoint: Endpoint;
  readonly credentials: Credentials;
  readonly header: RunHeader;
  /** Writes a second over all connections; `max`: as fast as replies come. */
  readonly rate: number | "max";
  readonly seconds: number;
  /** The run ends after so many writes, whatever their outcome. */
  readonly maxWrites: number;
  readonly connections: number;
  /** Writes sent together on a connection before their replies are awaited. */
  readonly pipeline: number;
  /** The first number to write. */
  readonly firstNumber: number;
  /** Wait between two attempts to connect. */
  readonly reconnectMs: number;
}

/** What a run did. Numbers of losses do not come from here: the checker takes them from the log. */
export interface WriteSummary {
  readonly run: string;
  readonly acked: number;
  readonly unknown: number;
  /** By kind, failed attempts to connect included. */
  readonly errors: Readonly<Record<string, number>>;
  readonly longestGap: PrintedGap | null;
  readonly firstAck: string | null;
  readonly lastAck: string | null;
  readonly seconds: number;
  readonly acksPerSecond: number;
}

/**
 * Numbered writes to one endpoint, each acknowledgement logged. After any error a connection is given up and opened
 * anew at
 * once, and the run goes on with new numbers: what was under way stays unknown for ever, so that an acknowledgement
 * always
 * means one write that one server took.
 */
export class WriteLoad {
  private next: number;
  private readonly lastNumber: number;
  private readonly pace: Pace;
  private readonly gaps = new GapTracker();
  private readonly errors: Record<string, number> = {};
  private acked = 0;
  private unknown = 0;
  private firstAck: Moment | null = null;
  private lastAck: Moment | null = null;

  constructor(
    private readonly options: WriteLoadOptions,
    private readonly log: AckLog,
  ) {
    this.next = options.firstNumber;
    this.lastNumber = options.firstNumber + options.maxWrites;
    this.pace = new Pace(options.rate);
  }

  /** Runs to the end of its time or count, or until `signal` aborts; closes the log. */
  async run(signal: AbortSignal): Promise<WriteSummary> {
    const started = now();
    const deadline = performance.now() + this.options.seconds * 1_000;
    const isOver = (): boolean => signal.aborted || this.next >= this.lastNumber || performance.now() >= deadline;
    await Promise.all(Array.from({ length: this.options.connections }, () => this.runConnection(isOver)));
    const end = now();
    await this.log.close(end);
    const seconds = Number(end.monotonic - started.monotonic) / 1e9;
    return {
      run: this.options.header.run,
      acked: this.acked,
      unknown: this.unknown,
      errors: this.errors,
      longestGap: printGap(this.gaps.finish(end)),
      firstAck: this.firstAck && new Date(this.firstAck.wall).toISOString(),
      lastAck: this.lastAck && new Date(this.lastAck.wall).toISOString(),
      seconds: Math.round(seconds * 1_000) / 1_000,
      acksPerSecond: Math.round(this.acked / seconds),
    };
  }

  private async runConnection(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      let redis: Redis | null = null;
      try {
        redis = await connect(this.options.endpoint, this.options.credentials);
        while (!isOver() && (await this.writeBatch(redis, isOver)));
      } catch (error) {
        this.count(errorKind(error));
      } finally {
        redis?.disconnect();
      }
      if (!isOver()) await delay(this.options.reconnectMs);
    }
  }

  /** @returns false after any error: the connection is not to be used again. */
  private async writeBatch(redis: Redis, isOver: () => boolean): Promise<boolean> {
    const wait = this.pace.take(this.options.pipeline);
    if (wait >= 1) await delay(wait); // timers count whole milliseconds
    if (isOver()) return true;
    const numbers: number[] = [];
    while (numbers.length < this.options.pipeline && this.next < this.lastNumber) numbers.push(this.next++);
    const outcomes = await Promise.all(numbers.map((number) => this.writeOne(redis, number)));
    return outcomes.every((acknowledged) => acknowledged);
  }

  private async writeOne(redis: Redis, number: number): Promise<boolean> {
    const { header } = this.options;
    try {
      const reply = await redis.set(keyOf(header, number), valueOf(header, number));
      if (reply !== "OK") throw new Error(`reply ${String(reply)}`);
    } catch (error) {
      const kind = errorKind(error);
      this.log.unknown(number, now(), kind);
      this.unknown += 1;
      this.count(kind);
      return false;
    }
    const at = now();
    this.log.acknowledged(number, at);
    this.gaps.acknowledged(at);
    this.acked += 1;
    this.firstAck ??= at;
    this.lastAck = at;
    return true;
  }

  private count(kind: string): void {
    this.errors[kind] = (this.errors[kind] ?? 0) + 1;
  }
}
