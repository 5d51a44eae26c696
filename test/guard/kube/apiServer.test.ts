import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiError, ApiServer } from "../../../guard/kube/apiServer";

describe("the API server, as the guard asks it", () => {
  const directory = mkdtempSync(join(tmpdir(), "api-"));
  const token = join(directory, "token");
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let server: Server;
  let api: ApiServer;
  let connections = 0;

  beforeEach(async () => {
    writeFileSync(token, "one\n");
    connections = 0;
    server = createServer((request, response) => answer(request, response))
      .on("connection", () => (connections += 1))
      .listen(0, "127.0.0.1");
    await once(server, "listening");
    api = new ApiServer(
      { DRAGONFLY_DR_API_SERVER: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
      token,
    );
  });
  afterEach(() => {
    api.close();
    server.closeAllConnections();
    server.close();
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  it("is asked over one connection, with the token of the moment", async () => {
    const seen: unknown[] = [];
    answer = (request, response) => {
      seen.push([request.method, request.url, request.headers.authorization, request.headers["content-type"]]);
      response.end('{"a":1}');
    };
    assert.deepEqual(await api.request("/x"), { a: 1 });
    writeFileSync(token, "two\n");
    await api.request("/x/status", { method: "PATCH", body: "[]", contentType: "application/json-patch+json" });
    assert.deepEqual(seen, [
      ["GET", "/x", "Bearer one", undefined],
      ["PATCH", "/x/status", "Bearer two", "application/json-patch+json"],
    ]);
    assert.equal(connections, 1);
  });

  it("gives an error with status and path, and no query", async () => {
    answer = (_, response) => response.writeHead(409).end("conflict");
    await assert.rejects(
      api.request("/x?secret=1"),
      (error: unknown) =>
        error instanceof ApiError && error.status === 409 && error.message === "GET /x: HTTP 409 conflict",
    );
  });

  it("gives a watch's lines as they come, however they are cut, until it is enough", async () => {
    answer = (_, response) => {
      response.write('{"n":1}\n{"n"');
      setTimeout(() => response.write(':2}\n\n{"n":3}\n'), 20);
    };
    const lines: string[] = [];
    await api.lines("/x?watch=1", new AbortController().signal, (line) =>
      lines.push(line) === 3 ? "enough" : "go on",
    );
    assert.deepEqual(lines, ['{"n":1}', '{"n":2}', '{"n":3}']);
  });

  it("gives up a watch that is no longer wanted", async () => {
    const stop = new AbortController();
    answer = (_, response) => void response.write("{}\n");
    await assert.rejects(
      api.lines("/x?watch=1", stop.signal, () => {
        stop.abort();
        return "go on";
      }),
    );
  });
});
