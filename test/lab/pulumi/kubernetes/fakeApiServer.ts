// An API server of a few lines for tests: it stores what is applied, knows one namespace, and answers as it is told.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { JsonObject } from "../../../../lab/pulumi/plugin/propertyValues";

export class FakeApiServer {
  readonly objects = new Map<string, JsonObject>();
  /** As `PATCH /api/v1/…?dryRun=All`, in order. */
  readonly requests: string[] = [];
  /** What the next write is refused with. */
  refusal: { readonly code: number; readonly status: JsonObject } | undefined;
  /** Added to every object that is applied, in place of a controller. */
  status: JsonObject = {};
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));
  readonly #watches = new Set<ServerResponse>();

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get kubeconfig(): string {
    const { port } = this.#server.address() as AddressInfo;
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "fake",
      clusters: [{ name: "fake", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
      users: [{ name: "fake", user: {} }],
      contexts: [{ name: "fake", context: { cluster: "fake", user: "fake", namespace: "from-context" } }],
    });
  }

  /** Tells every watch of the object's list. */
  change(path: string, type: "MODIFIED" | "DELETED", object: JsonObject): void {
    if (type === "DELETED") this.objects.delete(path);
    else this.objects.set(path, object);
    for (const watch of this.#watches) watch.write(`${JSON.stringify({ type, object })}\n`);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://fake");
    let text = "";
    for await (const chunk of request) text += String(chunk);
    this.requests.push(`${request.method ?? ""} ${url.pathname}${url.searchParams.has("dryRun") ? "?dryRun=All" : ""}`);
    const send = (code: number, body: JsonObject): void =>
      void response.writeHead(code, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    const missing = (what: string): void =>
      send(404, { kind: "Status", reason: "NotFound", message: `${what} not found` });
    if (url.searchParams.get("watch") === "true") {
      this.#watches.add(response.writeHead(200));
      response.on("close", () => this.#watches.delete(response));
      response.flushHeaders();
    } else if (request.method === "PATCH") {
      if (this.refusal !== undefined) return send(this.refusal.code, this.refusal.status);
      if (url.pathname.includes("/namespaces/absent/")) return missing('namespaces "absent"');
      const object = { ...(JSON.parse(text) as JsonObject), status: this.status };
      if (!url.searchParams.has("dryRun")) this.objects.set(url.pathname, object);
      send(200, object);
    } else if (request.method === "DELETE") {
      const object = this.objects.get(url.pathname);
      if (object === undefined) return missing(url.pathname);
      this.change(url.pathname, "DELETED", object);
      send(200, object);
    } else if (url.pathname.split("/").length % 2 === 0 && !url.pathname.startsWith("/apis/a.io")) {
      // A list: /api/v1/namespaces/NS/KINDS and its kin have an even number of parts.
      const items = [...this.objects]
        .filter(([path]) => path.startsWith(`${url.pathname}/`))
        .map(([, object]) => object);
      send(200, { kind: "List", metadata: { resourceVersion: "1" }, items });
    } else {
      const object = this.objects.get(url.pathname);
      if (object === undefined) return missing(url.pathname);
      send(200, object);
    }
  }
}
