import { createServer, type Server } from "node:http";
import type { Guard } from "./guard";
import { inSync, readable, reportOf, serving } from "./status";
import type { RoleClient } from "./roleClient";

/** The guard's API: what the gateways ask, what the peer's guard asks, what the kubelet asks. See docs/architecture.md. */
export function guardApi(guard: Guard, roles: RoleClient): Server {
  const answers: Record<string, () => boolean> = {
    "/primary": () => serving(guard),
    "/replica": () => inSync(guard),
    "/read-only": () => readable(guard),
    "/healthz": () => guard.picture.server.kind === "answering",
    "/livez": () => true,
  };
  return createServer((request, response) => {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    if (path === "/status") {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reportOf(guard, roles)));
      return;
    }
    const answer = answers[path];
    if (answer === undefined) {
      response.writeHead(404).end("not found\n");
      return;
    }
    const yes = answer();
    response.writeHead(yes ? 200 : 503, { "content-type": "text/plain" }).end(yes ? "yes\n" : `no: ${guard.picture.decision.reason}\n`);
  });
}
