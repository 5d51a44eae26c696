import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { FlushResult } from "../back/flusher";
import type { UpstreamAddress } from "../upstream/address";
import { nameFromText } from "../wire/presentation";
import { typeFromText } from "../wire/typeNames";

export interface HttpOptions {
  /** undefined while all is well; else what is not. */
  readonly notAlive: () => string | undefined;
  readonly notReady: () => string | undefined;
  /** Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  readonly flush: (name: string, type: number | undefined) => Promise<FlushResult>;
}

interface HttpReply {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";
const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && /^(::1|(::ffff:)?127\.)/.test(address);

const state = (problem: string | undefined): HttpReply =>
  problem === undefined ? { status: 200, body: "ok\n" } : { status: 503, body: `${problem}\n` };

/** GET /health, /ready, /metrics; POST /flush?name=…[&type=…] from this machine only, for the command of that name. */
export class HttpServer {
  readonly #options: HttpOptions;
  readonly #server: Server;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.requestTimeout = 10_000;
    this.#server.maxConnections = 100;
  }

  /** @returns the port in use. @throws Error when it cannot be opened. */
  async listen(address: UpstreamAddress): Promise<number> {
    this.#server.listen({ host: address.host, port: address.port });
    await once(this.#server, "listening");
    const bound = this.#server.address();
    return typeof bound === "object" && bound !== null ? bound.port : address.port;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const {
      status,
      body,
      type = "text/plain; charset=utf-8",
    } = await this.#reply(request).catch(() => ({ status: 500, body: "internal error\n" }) as HttpReply);
    response.writeHead(status, { "content-type": type });
    response.end(request.method === "HEAD" ? "" : body);
  }

  async #reply(request: IncomingMessage): Promise<HttpReply> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const route = `${request.method === "HEAD" ? "GET" : request.method} ${url.pathname}`;
    if (route === "GET /health") return state(this.#options.notAlive());
    if (route === "GET /ready") return state(this.#options.notReady());
    if (route === "GET /metrics") return { status: 200, body: await this.#options.metrics(), type: METRICS_TYPE };
    if (route === "POST /flush")
      return isLoopback(request.socket.remoteAddress)
        ? this.#flush(url)
        : { status: 403, body: "only from this machine\n" };
    return { status: 404, body: "not found\n" };
  }

  async #flush(url: URL): Promise<HttpReply> {
    const typeText = url.searchParams.get("type");
    const type = typeText === null ? undefined : typeFromText(typeText);
    if (typeText !== null && type === undefined)
      return { status: 400, body: `type "${typeText}": not known; use one such as AAAA or TYPE65280\n` };
    let name: string;
    try {
      name = nameFromText(url.searchParams.get("name") ?? "");
    } catch (error) {
      return { status: 400, body: `${error instanceof Error ? error.message : "not a name"}\n` };
    }
    const result = await this.#options.flush(name, type);
    return {
      status: result.problems.length === 0 ? 200 : 502,
      body: `${JSON.stringify(result)}\n`,
      type: "application/json",
    };
  }
}
