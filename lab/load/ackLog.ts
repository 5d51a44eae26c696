import { createReadStream, createWriteStream, type WriteStream } from "node:fs";
import { once } from "node:events";

/** One moment by two clocks: gaps are measured by the first, which all processes of a machine share and nobody sets. */
export interface Moment {
  /** Nanoseconds of the machine's monotonic clock. */
  readonly monotonic: bigint;
  /** Milliseconds since 1970. */
  readonly wall: number;
}

export const now = (): Moment => ({ monotonic: process.hrtime.bigint(), wall: Date.now() });

/** What all writes of a log share: write `n` is key `prefix + n` with the value `run:n`. */
export interface RunHeader {
  readonly run: string;
  readonly prefix: string;
}

export const keyOf = (header: RunHeader, number: number): string => `${header.prefix}${number}`;
export const valueOf = (header: RunHeader, number: number): string => `${header.run}:${number}`;

/** Acknowledged: the server said OK. Unknown: anything else; the write may or may not have happened. */
export type Outcome = "acknowledged" | "unknown";

export interface LogEntry {
  readonly outcome: Outcome;
  readonly number: number;
  readonly at: Moment;
}

const FLUSH_EVERY_MS = 10;

/**
 * The file a run's outcomes are appended to, a line each: `R {header}`, `A number ns ms`, `U number ns ms kind`, `E ns
 * ms` at the end.
 * Lines are written within 10 ms; a writer that is killed has logged too few acknowledgements, never too many.
 */
export class AckLog {
  private lines: string[] = [];
  private timer: NodeJS.Timeout | null = null;
  private failure: Error | null = null;
  private readonly stream: WriteStream;

  constructor(path: string, header: RunHeader) {
    this.stream = createWriteStream(path, { flags: "wx" });
    this.stream.on("error", (error) => (this.failure = error));
    this.append(`R ${JSON.stringify(header)}`);
  }

  acknowledged(number: number, at: Moment): void {
    this.append(`A ${number} ${at.monotonic} ${at.wall}`);
  }

  unknown(number: number, at: Moment, kind: string): void {
    this.append(`U ${number} ${at.monotonic} ${at.wall} ${kind}`);
  }

  /** @throws Error when any line could not be written. */
  async close(at: Moment): Promise<void> {
    this.append(`E ${at.monotonic} ${at.wall}`);
    this.flush();
    if (this.failure === null) {
      this.stream.end();
      await once(this.stream, "close");
    }
    if (this.failure !== null) throw this.failure;
  }

  private append(line: string): void {
    if (this.failure !== null) throw this.failure;
    this.lines.push(line);
    this.timer ??= setTimeout(() => this.flush(), FLUSH_EVERY_MS);
  }

  private flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.lines.length === 0) return;
    this.stream.write(`${this.lines.join("\n")}\n`);
    this.lines = [];
  }
}

/** A whole log in memory: some 100 bytes an entry. */
export interface AckLogContent {
  readonly header: RunHeader;
  readonly entries: readonly LogEntry[];
  /** When the writer ended; null when it was killed. */
  readonly end: Moment | null;
}

/**
 * @throws Error naming the file and line that is none of a log's. A last line without its end is left out: the writer
 * was killed in it.
 */
export async function readAckLog(path: string): Promise<AckLogContent> {
  let header: RunHeader | null = null;
  let end: Moment | null = null;
  const entries: LogEntry[] = [];
  let lineNumber = 0;
  for await (const line of wholeLines(path)) {
    lineNumber += 1;
    const [tag, ...fields] = line.split(" ");
    if (tag === "R") header = JSON.parse(line.slice(2)) as RunHeader;
    else if (tag === "A" && fields.length === 3)
      entries.push({ outcome: "acknowledged", number: Number(fields[0]), at: moment(fields[1], fields[2]) });
    else if (tag === "U" && fields.length === 4)
      entries.push({ outcome: "unknown", number: Number(fields[0]), at: moment(fields[1], fields[2]) });
    else if (tag === "E" && fields.length === 2) end = moment(fields[0], fields[1]);
    else throw new Error(`${path}:${lineNumber}: not a line of an acknowledgement log`);
  }
  if (header === null) throw new Error(`${path}: has no header; the writer did not start`);
  return { header, entries, end };
}

async function* wholeLines(path: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(path, { encoding: "utf8", highWaterMark: 1 << 20 })) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

const moment = (monotonic: string | undefined, wall: string | undefined): Moment => ({
  monotonic: BigInt(monotonic ?? ""),
  wall: Number(wall),
});
