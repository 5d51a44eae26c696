import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { connect, type AddressInfo, type Server } from "node:net";
import { checkPath, checksBefore } from "../../../guard/http/checkAnswers";

const request = (line: string, ...headers: string[]): string => [line, "Host: guard", ...headers, "", ""].join("\r\n");

describe("the path of a check", () => {
  it("is that of a whole GET, without its query", () => {
    assert.equal(checkPath(Buffer.from(request("GET /primary HTTP/1.1"))), "/primary");
    assert.equal(checkPath(Buffer.from(request("GET /primary?x=1 HTTP/1.0"))), "/primary");
  });

  it("is none for what is no GET, or has not arrived whole", () => {
    for (const text of [
      request("POST /primary HTTP/1.1"),
      "GET /primary HTTP/1.1\r\nHost: guard\r\n",
      "GET /pri",
      "",
      "\u0016\u0003\u0001",
      request("GET /a b HTTP/1.1"),
    ])
      assert.equal(checkPath(Buffer.from(text)), null, text);
  });
});

describe("checks before an HTTP server", () => {
  let yes = true;
  let reason = "waits";
  let rest: HttpServer;
  let server: Server;

  beforeEach(async () => {
    [yes, reason] = [true, "waits"];
    rest = createHttpServer((asked, response) => response.end(`rest ${asked.method} ${asked.url}`));
    server = checksBefore(rest, new Map([["/primary", () => ({ yes, reason })]])).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => {
    server.close();
    rest.closeAllConnections();
  });

  const url = (path: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const ask = async (path: string): Promise<[number, string]> => {
    const answer = await fetch(url(path));
    return [answer.status, await answer.text()];
  };

  it("say yes, or no with the reason of the moment", async () => {
    assert.deepEqual(await ask("/primary"), [200, "yes\n"]);
    yes = false;
    assert.deepEqual(await ask("/primary"), [503, "no: waits\n"]);
    reason = "a peer – is higher";
    assert.deepEqual(await ask("/primary"), [503, "no: a peer – is higher\n"]);
  });

  it("leave other paths, and several requests on a connection, to the HTTP server", async () => {
    assert.deepEqual(await ask("/status"), [200, "rest GET /status"]);
    assert.deepEqual(await ask("/primary/x"), [200, "rest GET /primary/x"]);
    const body = await fetch(url("/primary"), { method: "POST", body: "x".repeat(200_000) });
    assert.equal(await body.text(), "rest POST /primary");
    assert.deepEqual(await ask("/status"), [200, "rest GET /status"]);
  });

  it("leave what arrives in pieces to the HTTP server, which waits for the rest", async () => {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").setEncoding("utf8");
    try {
      await once(socket, "connect");
      const handedOn = once(rest, "connection");
      socket.write("GET /pri");
      await handedOn;
      socket.write("mary HTTP/1.1\r\nHost: guard\r\nConnection: close\r\n\r\n");
      const [answer] = (await once(socket, "data")) as [string];
      assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*rest GET \/primary/);
    } finally {
      socket.destroy();
    }
  });
});
