import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Log } from "../log";
import type { Tally } from "../metrics/tally";
import type { UpstreamAddress } from "../upstream/address";
import { frame, Unframer } from "../wire/framing";
import type { Handler } from "./handler";
import { clientOf } from "./limiter";

export interface TcpLimits {
  readonly connections: number;
  readonly connectionsPerClient: number;
  /** How long a connection may go without completing a query, in milliseconds. */
  readonly idleMs: number;
}

/**
 * Queries of one connection on their way at once; beyond, and while it does not take its replies, its backlog waits.
 */
const MOST_PIPELINED = 64;
/** Bytes of replies that a client has not taken, all pipelined at once, before it is thought not to read. */
const MOST_UNREAD_BYTES = 2 ** 20;
/** A query has one question and an OPT; no client has reason to send more. */
const MOST_QUERY_BYTES = 4_096;
const SWEEP_EVERY_MS = 1_000;

interface Connection {
  readonly socket: Socket;
  readonly client: string;
  readonly unframer: Unframer;
  /** Whole queries that wait for their turn; what one read brought at most. */
  backlog: Buffer[];
  pending: number;
  /** When it last completed a query; not when it last sent a byte, which costs an attacker nothing. */
  lastQueryAt: number;
}

/** Answers queries over TCP: several on one connection, in the order in which the answers are found (RFC 7766). */
export class TcpServer {
  readonly #handler: Handler;
  readonly #tally: Tally;
  readonly #limits: TcpLimits;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #perClient = new Map<string, number>();
  #sweep: NodeJS.Timeout | undefined;
  #isDraining = false;

  constructor(handler: Handler, tally: Tally, limits: TcpLimits, log: Log) {
    this.#handler = handler;
    this.#tally = tally;
    this.#limits = limits;
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#accept(socket));
    this.#server.on("error", (error) => log("error", "tcp listener failed", { problem: error.message }));
  }

  /** The port in use. @throws Error when it cannot be opened. */
  async listen(address: UpstreamAddress): Promise<number> {
    this.#server.listen({ host: address.host, port: address.port });
    await once(this.#server, "listening");
    this.#sweep = setInterval(() => this.#closeIdle(), SWEEP_EVERY_MS).unref();
    const bound = this.#server.address();
    return typeof bound === "object" && bound !== null ? bound.port : address.port;
  }

  /** Takes no more connections, and closes each one when its answers are sent. @returns when all are closed. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const connection of [...this.#connections]) this.#endIfDone(connection);
    await closed;
    clearInterval(this.#sweep);
  }

  /** Takes no more connections and cuts those that are there. */
  destroy(): void {
    clearInterval(this.#sweep);
    if (this.#server.listening) this.#server.close();
    for (const { socket } of this.#connections) socket.destroy();
  }

  #accept(socket: Socket): void {
    const client = clientOf(socket.remoteAddress ?? "");
    const ofClient = this.#perClient.get(client) ?? 0;
    if (this.#connections.size >= this.#limits.connections || ofClient >= this.#limits.connectionsPerClient) {
      this.#tally.counts.tcpRefused += 1;
      socket.destroy();
      return;
    }
    this.#tally.counts.tcpConnections += 1;
    const connection: Connection = {
      socket,
      client,
      unframer: new Unframer(MOST_QUERY_BYTES),
      backlog: [],
      pending: 0,
      lastQueryAt: Date.now(),
    };
    this.#connections.add(connection);
    this.#perClient.set(client, ofClient + 1);
    socket.on("data", (chunk) => this.#read(connection, chunk));
    socket.on("end", () => this.#endIfDone(connection));
    socket.on("drain", () => this.#work(connection));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#gone(connection));
  }

  #read(connection: Connection, chunk: Buffer): void {
    const packets = connection.unframer.push(chunk);
    if (packets === "too large") {
      connection.socket.destroy();
      return;
    }
    connection.backlog.push(...packets);
    this.#work(connection);
  }

  /** Deals with the backlog as far as it may, and reads on when none is left. */
  #work(connection: Connection): void {
    const { socket } = connection;
    while (connection.pending < MOST_PIPELINED && !socket.writableNeedDrain && !socket.destroyed) {
      const packet = connection.backlog.shift();
      if (packet === undefined) break;
      this.#answer(connection, packet);
    }
    if (connection.backlog.length > 0 || connection.pending >= MOST_PIPELINED) socket.pause();
    else socket.resume();
    if (this.#isDraining || socket.readableEnded) this.#endIfDone(connection);
  }

  #answer(connection: Connection, packet: Buffer): void {
    connection.lastQueryAt = Date.now();
    const reply = this.#handler.handle(packet, connection.client, "tcp");
    // Not a query: who speaks something else over TCP can be told to go.
    if (reply === undefined) {
      connection.socket.destroy();
      return;
    }
    if (Buffer.isBuffer(reply)) {
      this.#write(connection, reply);
      return;
    }
    connection.pending += 1;
    void reply.then((bytes) => {
      connection.pending -= 1;
      this.#write(connection, bytes);
      this.#work(connection);
    });
  }

  #write(connection: Connection, reply: Buffer): void {
    const { socket } = connection;
    if (socket.destroyed || socket.writableEnded) return;
    socket.write(frame(reply));
    if (socket.writableLength > MOST_UNREAD_BYTES) socket.destroy();
  }

  #endIfDone(connection: Connection): void {
    if (connection.pending === 0 && connection.backlog.length === 0) connection.socket.end();
  }

  #closeIdle(): void {
    const before = Date.now() - this.#limits.idleMs;
    for (const connection of this.#connections) {
      if (connection.lastQueryAt < before && connection.pending === 0) connection.socket.destroy();
    }
  }

  #gone(connection: Connection): void {
    this.#connections.delete(connection);
    const rest = (this.#perClient.get(connection.client) ?? 1) - 1;
    if (rest > 0) this.#perClient.set(connection.client, rest);
    else this.#perClient.delete(connection.client);
  }
}
