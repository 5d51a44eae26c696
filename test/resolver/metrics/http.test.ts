import assert from "node:assert/strict";
import { HttpServer } from "../../../resolver/metrics/http";
import { nameToText } from "../../../resolver/wire/presentation";

describe("the resolver's HTTP server", () => {
  let notAlive: string | undefined;
  let notReady: string | undefined;
  let problems: readonly string[] = [];
  const flushed: (readonly [string, number | undefined])[] = [];
  const server = new HttpServer({
    notAlive: () => notAlive,
    notReady: () => notReady,
    metrics: () => Promise.reject(new Error("with a password in it")),
    flush: (name, type) => {
      flushed.push([name, type]);
      return Promise.resolve({ name: nameToText(name), local: 1, shared: 2, told: 3, problems });
    },
  });
  let port = 0;
  before(async () => {
    port = await server.listen({ host: "127.0.0.1", port: 0, family: 4 });
  });
  after(() => server.close());
  const call = async (path: string, method = "GET"): Promise<readonly [number, string]> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    return [response.status, await response.text()];
  };

  it("says whether it lives and whether it is ready, and why not", async () => {
    assert.deepEqual(
      [await call("/health"), await call("/ready"), await call("/ready", "HEAD")],
      [
        [200, "ok\n"],
        [200, "ok\n"],
        [200, ""],
      ],
    );
    [notAlive, notReady] = ["no worker process", "draining"];
    assert.deepEqual(
      [await call("/health"), await call("/ready")],
      [
        [503, "no worker process\n"],
        [503, "draining\n"],
      ],
    );
  });

  it("shows nothing of an error within", async () => {
    assert.deepEqual(await call("/metrics"), [500, "internal error\n"]);
  });

  it("flushes a name, all types or one, when it is told to by POST", async () => {
    assert.equal((await call("/flush?name=WWW.Example.com", "POST"))[0], 200);
    assert.equal((await call("/flush?name=a.example&type=aaaa", "POST"))[0], 200);
    assert.deepEqual(flushed, [
      ["\x03www\x07example\x03com\0", undefined],
      ["\x01a\x07example\0", 28],
    ]);
    problems = ["telling the other replicas: gone"];
    assert.equal((await call("/flush?name=a.example", "POST"))[0], 502);
  });

  it("refuses what is no name, no type, no such path or method", async () => {
    const { length } = flushed;
    const calls = [
      ["/flush?name=a..b", "POST"],
      ["/flush", "POST"],
      ["/flush?name=a&type=NONE", "POST"],
      ["/flush?name=a", "GET"],
      ["/other", "GET"],
      ["/health", "DELETE"],
    ] as const;
    assert.deepEqual(
      await Promise.all(calls.map(async ([path, method]) => (await call(path, method))[0])),
      [400, 400, 400, 404, 404, 404],
    );
    assert.equal(flushed.length, length);
  });
});
