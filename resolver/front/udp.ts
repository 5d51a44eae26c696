import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import type { Log } from "../log";
import type { Tally } from "../metrics/tally";
import type { UpstreamAddress } from "../upstream/address";
import type { Handler } from "./handler";

/** Asked of the kernel for both directions, so that a burst is queued and not lost; it gives what it allows. */
const SOCKET_BUFFER_BYTES = 4 * 2 ** 20;

/** Answers queries over UDP. */
export class UdpServer {
  readonly #handler: Handler;
  readonly #tally: Tally;
  readonly #family: 4 | 6;
  readonly #log: Log;
  #socket: Socket | undefined;
  #pending = 0;

  constructor(handler: Handler, tally: Tally, family: 4 | 6, log: Log) {
    this.#handler = handler;
    this.#tally = tally;
    this.#family = family;
    this.#log = log;
  }

  /** Queries whose answer is on its way. */
  get pending(): number {
    return this.#pending;
  }

  /** The port in use. May be called again after close(). @throws Error when it cannot be opened. */
  async listen(address: UpstreamAddress): Promise<number> {
    const socket = createSocket({
      type: this.#family === 6 ? "udp6" : "udp4",
      recvBufferSize: SOCKET_BUFFER_BYTES,
      sendBufferSize: SOCKET_BUFFER_BYTES,
      // Replies go to addresses, which need no lookup; Node's own takes a turn of the event loop for each.
      lookup: (host: string, _options: unknown, callback: (error: null, address: string, family: number) => void) =>
        callback(null, host, this.#family),
    });
    this.#socket = socket;
    socket.on("message", (packet, from) => this.#answer(packet, from));
    // Without a lookup to wait for, it listens before bind() returns.
    const listening = once(socket, "listening");
    socket.bind({ address: address.host, port: address.port });
    try {
      await listening;
    } catch (error) {
      this.close();
      throw error;
    }
    socket.on("error", (error) => this.#log("error", "udp socket failed", { problem: error.message }));
    return socket.address().port;
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  #answer(packet: Buffer, from: RemoteInfo): void {
    // Port 0 cannot be sent to: such a packet was made by hand.
    if (from.port === 0) return;
    const reply = this.#handler.handle(packet, from.address, "udp");
    if (reply === undefined) return;
    if (Buffer.isBuffer(reply)) {
      this.#send(reply, from);
      return;
    }
    this.#pending += 1;
    void reply.then((bytes) => this.#send(bytes, from)).finally(() => (this.#pending -= 1));
  }

  #send(reply: Buffer, to: RemoteInfo): void {
    try {
      this.#socket?.send(reply, 0, reply.length, to.port, to.address);
    } catch {
      // Closed meanwhile, or an address that this socket cannot reach.
      this.#tally.counts.sendErrors += 1;
    }
  }
}
