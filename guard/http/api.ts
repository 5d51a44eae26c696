import { createServer, type Server as HttpServer, type ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";
import { checksBefore, type CheckAnswer } from "./checkAnswers";
import type { Claim } from "../../contract/epochs";
import type { GuardView } from "../guardView";
import { claimOf } from "../observe/toldClaims";
import type { Gateways } from "./gateways";
import { reportOf } from "./report";
import { inSync, readable, serving } from "./status";

/** A connection on which nothing has been asked for so long is closed. Peers ask twice a second. */
const IDLE_MS = 10_000;

/**
 * The guard's API: what the gateways ask, what the peer's guard asks, what the kubelet asks. See docs/architecture.md.
 */
export class GuardApi {
  private readonly http: HttpServer;
  private readonly server: Server;
  /** A server keeps no list of its connections itself. */
  private readonly open = new Set<Socket>();

  constructor(
    private readonly guard: GuardView & { noteClaim(claim: Claim): void },
    private readonly gateways: Gateways,
  ) {
    const check = (yes: () => boolean) => (): CheckAnswer => ({ yes: yes(), reason: guard.result.decision.reason });
    this.http = this.statusServer().setTimeout(IDLE_MS);
    this.server = checksBefore(
      this.http,
      new Map([
        ["/primary", check(() => serving(guard))],
        ["/replica", check(() => inSync(guard))],
        ["/read-only", check(() => readable(guard))],
        ["/healthz", check(() => guard.result.server.kind === "answering")],
        ["/livez", check(() => true)],
      ]),
    );
    this.server.on("connection", (socket: Socket) => {
      this.open.add(socket);
      socket.once("close", () => this.open.delete(socket));
    });
  }

  listen(port: number, host?: string): this {
    this.server.listen(port, host);
    return this;
  }

  close(): void {
    this.server.close();
    for (const socket of this.open) socket.destroy();
  }

  /** For everything that is no check: the report, and what is not there. */
  private statusServer(): HttpServer {
    return createServer((request, response) => {
      const [path = "", query = ""] = (request.url ?? "").split("?", 2);
      if (path === "/gateway") {
        this.answerGateway(new URLSearchParams(query), response);
        return;
      }
      if (path === "/status") {
        const claim = claimOf(query);
        if (claim !== null) this.guard.noteClaim(claim);
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reportOf(this.guard)));
        return;
      }
      response.writeHead(404).end("not found\n");
    });
  }

  /** A question of a gateway that waits for the next change. */
  private answerGateway(query: URLSearchParams, response: ServerResponse): void {
    const gone = this.gateways.ask(query.get("id") ?? "", query.get("known") ?? "", (state) => {
      response.writeHead(200, { "content-type": "text/plain", "content-length": Buffer.byteLength(state) }).end(state);
    });
    response.once("close", gone);
  }
}
