/** A reply of the server: text and values are bytes, an error is an Error. */
export type Reply = Buffer | number | null | Error | readonly Reply[];

/** An error that the server answered with. */
export class ReplyError extends Error {
  override readonly name = "ReplyError";
}

const CRLF = "\r\n";

export function encode(args: readonly (string | Buffer | number)[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${args.length}${CRLF}`)];
  for (const arg of args) {
    const bytes = typeof arg === "object" ? arg : Buffer.from(String(arg));
    parts.push(Buffer.from(`$${bytes.length}${CRLF}`), bytes, Buffer.from(CRLF));
  }
  return Buffer.concat(parts);
}

const FIRST_BYTES = 64 * 1024;

/** Takes a stream of RESP2 apart. (ioredis would not fit beside S3's client in a ConfigMap.) */
export class Decoder {
  /** Used again for what comes next: replies are copies. As large as the largest reply so far. */
  private buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private length = 0;

  /** @returns every whole reply that has arrived by now. */
  push(chunk: Buffer): Reply[] {
    this.append(chunk);
    const arrived = this.buffer.subarray(0, this.length);
    const replies: Reply[] = [];
    let at = 0;
    for (let read = parse(arrived, at); read !== null; read = parse(arrived, at)) {
      replies.push(read.reply);
      at = read.end;
    }
    this.buffer.copyWithin(0, at, this.length);
    this.length -= at;
    return replies;
  }

  private append(chunk: Buffer): void {
    const needed = this.length + chunk.length;
    if (needed > this.buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.buffer.length));
      this.buffer.copy(larger, 0, 0, this.length);
      this.buffer = larger;
    }
    chunk.copy(this.buffer, this.length);
    this.length = needed;
  }
}

function parse(data: Buffer, at: number): { reply: Reply; end: number } | null {
  const line = data.indexOf(CRLF, at);
  if (line < 0) return null;
  const kind = data[at];
  const text = data.toString("utf8", at + 1, line);
  const end = line + 2;
  switch (kind) {
    case 0x2b: // +
      return { reply: Buffer.from(text), end };
    case 0x2d: // -
      return { reply: new ReplyError(text), end };
    case 0x3a: // :
      return { reply: Number(text), end };
    case 0x24: {
      // $
      const length = Number(text);
      if (length < 0) return { reply: null, end };
      return data.length < end + length + 2
        ? null
        : { reply: Buffer.from(data.subarray(end, end + length)), end: end + length + 2 };
    }
    case 0x2a: {
      // *
      const count = Number(text);
      if (count < 0) return { reply: null, end };
      const items: Reply[] = [];
      let next = end;
      for (let i = 0; i < count; i++) {
        const read = parse(data, next);
        if (read === null) return null;
        items.push(read.reply);
        next = read.end;
      }
      return { reply: items, end: next };
    }
    default:
      throw new Error(`the server sent no RESP: ${JSON.stringify(text.slice(0, 20))}`);
  }
}
