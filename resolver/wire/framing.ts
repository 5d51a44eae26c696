const LENGTH_BYTES = 2;

/** A message as it goes over TCP: its length in two bytes before it (RFC 1035, 4.2.2). */
export function frame(message: Buffer): Buffer {
  const out = Buffer.allocUnsafe(LENGTH_BYTES + message.length);
  out.writeUInt16BE(message.length, 0);
  message.copy(out, LENGTH_BYTES);
  return out;
}

/** Takes a TCP stream apart into messages. Holds at most one incomplete message. */
export class Unframer {
  #rest: Buffer = Buffer.alloc(0);

  /** @param mostBytes of one message; whoever announces a larger one is not listened to. */
  constructor(readonly mostBytes: number) {}

  /**
   * @returns the messages that `chunk` completes, in order (they may share memory with it); or that one is too large.
   */
  push(chunk: Buffer): readonly Buffer[] | "too large" {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: Buffer[] = [];
    while (data.length >= LENGTH_BYTES) {
      const length = data.readUInt16BE(0);
      if (length > this.mostBytes) return "too large";
      const end = LENGTH_BYTES + length;
      if (data.length < end) break;
      messages.push(data.subarray(LENGTH_BYTES, end));
      data = data.subarray(end);
    }
    // A copy, so that a few bytes do not keep a whole chunk alive.
    this.#rest = data.length === 0 ? Buffer.alloc(0) : Buffer.from(data);
    return messages;
  }
}
