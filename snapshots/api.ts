import { createServer, type IncomingMessage, type Server } from "node:http";
import { metricsOf } from "./metrics";
import type { Snapshots } from "./snapshots";

const MOST_BODY = 4_096;

/**
 * On loopback, for the guard beside it: GET /status, GET /metrics, POST /snapshot {"id", "check"}, POST /restore
 * {"from", "epoch"}.
 */
export function snapshotsApi(snapshots: Snapshots): Server {
  return createServer((request, response) => {
    const json = (status: number, body: unknown): void =>
      void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    void answer(request).then(
      ({ status, body, text }) =>
        text === undefined
          ? json(status, body)
          : void response.writeHead(status, { "content-type": "text/plain; version=0.0.4" }).end(text),
      (error: Error) => json(400, { error: error.message }),
    );
  });

  async function answer(request: IncomingMessage): Promise<{ status: number; body?: unknown; text?: string }> {
    const route = `${request.method ?? ""} ${(request.url ?? "").split("?", 1)[0] ?? ""}`;
    switch (route) {
      case "GET /status":
        return { status: 200, body: snapshots.report() };
      case "GET /metrics":
        return { status: 200, text: metricsOf(snapshots.report(), Date.now()) };
      case "POST /snapshot": {
        const { id, check } = await bodyOf(request);
        if (typeof id === "string" && typeof check === "string") void snapshots.check(check, id);
        else void snapshots.take(typeof id === "string" ? id : null);
        return { status: 202, body: snapshots.report().request };
      }
      case "POST /restore": {
        const { from, epoch } = await bodyOf(request);
        if (typeof from !== "string" || typeof epoch !== "number")
          throw new Error('wanted: {"from": ID or "newest", "epoch": N}');
        return { status: 202, body: snapshots.restore(from, epoch) };
      }
      default:
        return { status: 404, body: { error: "not found" } };
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MOST_BODY) throw new Error("the request is too large");
  }
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}
