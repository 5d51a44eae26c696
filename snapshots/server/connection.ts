import { connect, type Socket } from "node:net";
import { Decoder, encode, type Reply } from "./resp";

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly username: string | null;
  /** null: the server asks for none (a drill's throwaway server). */
  readonly password: string | null;
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One connection to one run of the server; it never reconnects: what was sampled must come from one and the same
 * process.
 */
export class Connection {
  private readonly waiting: Waiting[] = [];
  private readonly decoder = new Decoder();
  private failed: Error | null = null;

  private constructor(
    private readonly socket: Socket,
    private readonly timeoutMs: number,
  ) {
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.receive(chunk));
    socket.on("error", (error) => this.fail(error));
    socket.on("close", () => this.fail(new Error("the server has closed the connection")));
    socket.on("timeout", () => {
      if (this.waiting.length > 0) this.fail(new Error(`the server does not answer within ${timeoutMs / 1000} s`));
    });
    socket.setTimeout(timeoutMs);
  }

  /** @throws Error when the server does not answer, or refuses the user. */
  static async open(endpoint: Endpoint, timeoutMs = 10_000): Promise<Connection> {
    const connection = new Connection(connect(endpoint.port, endpoint.host), timeoutMs);
    try {
      if (endpoint.password !== null)
        await connection.call("AUTH", ...(endpoint.username === null ? [] : [endpoint.username]), endpoint.password);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** @throws Error with the server's own words, or what became of the connection. */
  async call(...args: readonly (string | Buffer | number)[]): Promise<Reply> {
    const [reply] = await this.pipeline([args]);
    if (reply instanceof Error) throw reply;
    return reply ?? null;
  }

  /** Several commands in one round trip; each reply may be an Error. */
  async pipeline(commands: readonly (readonly (string | Buffer | number)[])[]): Promise<Reply[]> {
    if (this.failed !== null) throw this.failed;
    const replies = commands.map(() => new Promise<Reply>((resolve, reject) => this.waiting.push({ resolve, reject })));
    this.socket.write(Buffer.concat(commands.map(encode)));
    return await Promise.all(replies);
  }

  async text(...args: readonly (string | number)[]): Promise<string> {
    return String(await this.call(...args));
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    try {
      for (const reply of this.decoder.push(chunk)) this.waiting.shift()?.resolve(reply);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private fail(error: Error): void {
    this.failed ??= error;
    for (const each of this.waiting.splice(0)) each.reject(this.failed);
    this.socket.destroy();
  }
}
