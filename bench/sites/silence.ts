import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

/**
 * A port of this machine that takes connections and never says a word: an API server behind a network that swallows
 * everything.
 */
export class Silence {
  private readonly sockets = new Set<Socket>();
  private constructor(private readonly server: Server) {}

  static async open(): Promise<Silence> {
    const server = createServer();
    const silence = new Silence(server);
    server.on("connection", (socket) => {
      silence.sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => silence.sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    return silence;
  }

  /** https://HOST:PORT */
  get address(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}
