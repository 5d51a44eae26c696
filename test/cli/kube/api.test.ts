import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeApi } from "../../../cli/kube/api";
import { KubeSiteStore } from "../../../cli/kube/siteStore";
import { ApiRefusal, SiteUnreachable } from "../../../cli/kube/stores";
import { siteName, type Milliseconds } from "../../../server/types";
import { freePort } from "../../support/ports";

/** Of requests that are answered: never reached, however slow the machine. */
const timeout = 15_000 as Milliseconds;
const site = siteName("west");

/** A kubeconfig and what listens where it points to. */
describe("the way to an API server", () => {
  let folder: string;
  let server: Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let tokens: (string | undefined)[];
  const sockets = new Set<Socket>();

  const kubeconfig = async (user: object, port = (server.address() as AddressInfo).port): Promise<string> => {
    const file = join(folder, `config-${Math.random()}`);
    const config = {
      "current-context": "here",
      contexts: [{ name: "here", context: { cluster: "c", user: "u" } }],
      clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user }],
    };
    await writeFile(file, JSON.stringify(config));
    return file;
  };
  const api = async (user: object, port?: number): Promise<KubeApi> =>
    new KubeApi(site, { kubeconfig: await kubeconfig(user, port), context: null });
  const get = { method: "GET", path: "/x", timeout } as const;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "dragonfly-dr-"));
    tokens = [];
    answer = (_, response) => response.end("{}");
    server = createServer((request, response) => {
      tokens.push(request.headers.authorization);
      answer(request, response);
    });
    server.keepAliveTimeout = 60_000;
    server.on("connection", (socket) => sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await rm(folder, { recursive: true });
  });

  it("sends the token, keeps the connection, and gives the server's own time", async () => {
    answer = (_, response) => response.setHeader("date", "Thu, 01 Jan 2026 00:00:00 GMT").end('{"a":1}');
    const one = await api({ token: "sesame" });
    sockets.clear();
    assert.deepEqual(await one.request(get), {
      status: 200,
      body: { a: 1 },
      clock: Date.parse("2026-01-01T00:00:00Z"),
    });
    await one.request(get);
    assert.deepEqual(tokens, ["Bearer sesame", "Bearer sesame"]);
    assert.equal(sockets.size, 1);
    one.close();
  });

  it("gives up on a server that does not answer, naming site and address", async () => {
    answer = () => undefined;
    const one = await api({ token: "t" });
    await assert.rejects(
      one.request({ ...get, timeout: 300 as Milliseconds }),
      (e: unknown) =>
        e instanceof SiteUnreachable &&
        /^site west: http:\/\/127\.0\.0\.1:\d+ does not answer within 0\.3 s$/.test(e.message),
    );
    one.close();
  });

  it("names a refused connection, a missing file and a missing context", async () => {
    await assert.rejects(
      (await api({ token: "t" }, await freePort())).request(get),
      /does not answer \(ECONNREFUSED\)/,
    );
    await assert.rejects(
      new KubeApi(site, { kubeconfig: join(folder, "none"), context: null }).request(get),
      /cannot be used: kubeconfig .* cannot be read \(ENOENT\)/,
    );
    await assert.rejects(
      new KubeApi(site, { kubeconfig: await kubeconfig({}), context: "there" }).request(get),
      /has no context "there"/,
    );
  });

  it("asks a credential plugin through the client library, and again when its token is turned down", async () => {
    const plugin = join(folder, "plugin.sh");
    const credential = (token: string) =>
      JSON.stringify({
        apiVersion: "client.authentication.k8s.io/v1",
        kind: "ExecCredential",
        status: { token, expirationTimestamp: "2020-01-01T00:00:00Z" },
      });
    await writeFile(
      plugin,
      `#!/bin/sh\nif [ -e ${folder}/second ]; then echo '${credential("new")}'; else touch ${folder}/second; ` +
        `echo '${credential("old")}'; fi\n`,
      { mode: 0o755 },
    );
    answer = (request, response) =>
      response.writeHead(request.headers.authorization === "Bearer new" ? 200 : 401).end("{}");
    const one = await api({
      exec: { apiVersion: "client.authentication.k8s.io/v1", command: plugin, interactiveMode: "Never" },
    });
    const { status } = await one.request({ ...get, timeout: 60_000 as Milliseconds });
    assert.deepEqual([status, tokens], [200, ["Bearer old", "Bearer new"]]);
    one.close();
  });

  it("tells a kind that is not installed from an object that is not there", async () => {
    const store = new KubeSiteStore(site, "cache", await api({ token: "t" }));
    answer = (_, response) => response.writeHead(404).end("404 page not found\n");
    await assert.rejects(
      store.read(timeout),
      (e: unknown) => e instanceof ApiRefusal && /the kind SiteRole is not installed; run pulumi up/.test(e.message),
    );
    answer = (_, response) => response.writeHead(404).end('{"kind":"Status","message":"not found"}');
    assert.equal((await store.read(timeout)).kind, "absent");
    answer = (_, response) => response.writeHead(403).end('{"kind":"Status","message":"siteroles is forbidden"}');
    await assert.rejects(store.read(timeout), /site west: the API server answers 403: siteroles is forbidden/);
    answer = (_, response) => response.end('{"kind":"List"}');
    await assert.rejects(store.read(timeout), /is no SiteRole; is this the right cluster\?/);
    store.close();
  });

  it("ends a watch that sends nonsense, and one that the server ends", async () => {
    const store = new KubeSiteStore(site, "cache", await api({ token: "t" }));
    answer = (_, response) => void response.write("nonsense\n");
    await assert.rejects(
      store.watch(
        () => undefined,
        () => undefined,
        new AbortController().signal,
      ),
      SyntaxError,
    );
    answer = (_, response) => response.end('{"type":"BOOKMARK","object":{}}\n');
    await store.watch(
      () => assert.fail(),
      () => undefined,
      new AbortController().signal,
    );
    store.close();
  });
});
