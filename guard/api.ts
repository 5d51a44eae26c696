import { createServer, type Server as HttpServer } from "node:http";
import type { Server } from "node:net";
import { checksBefore, type CheckAnswer } from "./checkAnswers";
import type { Guard } from "./guard";
import { inSync, readable, reportOf, serving } from "./status";
import type { RoleClient } from "./roleClient";

/** The guard's API: what the gateways ask, what the peer's guard asks, what the kubelet asks. See docs/architecture.md. */
export class GuardApi {
  private readonly http: HttpServer;
  private readonly server: Server;

  constructor(
    private readonly guard: Guard,
    private readonly roles: RoleClient,
  ) {
    const check = (yes: () => boolean) => (): CheckAnswer => ({ yes: yes(), reason: guard.picture.decision.reason });
    this.http = this.statusServer();
    this.server = checksBefore(
      this.http,
      new Map([
        ["/primary", check(() => serving(guard))],
        ["/replica", check(() => inSync(guard))],
        ["/read-only", check(() => readable(guard))],
        ["/healthz", check(() => guard.picture.server.kind === "answering")],
        ["/livez", check(() => true)],
      ]),
    );
  }

  listen(port: number, host?: string): this {
    this.server.listen(port, host);
    return this;
  }

  close(): void {
    this.server.close();
    this.http.closeAllConnections();
  }

  /** For everything that is no check: the report, and what is not there. */
  private statusServer(): HttpServer {
    return createServer((request, response) => {
      const path = (request.url ?? "").split("?", 1)[0] ?? "";
      if (path === "/status") {
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reportOf(this.guard, this.roles)));
        return;
      }
      response.writeHead(404).end("not found\n");
    });
  }
}
