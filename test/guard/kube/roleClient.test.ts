import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SITE_ROLE } from "../../../contract/siteRole";
import { ApiServer } from "../../../guard/kube/apiServer";
import { RoleClient } from "../../../guard/kube/roleClient";

const role = (generation: number, spec: object): object => ({
  apiVersion: SITE_ROLE.apiVersion,
  kind: SITE_ROLE.kind,
  metadata: { name: "dr", namespace: "cache", generation, resourceVersion: String(generation) },
  spec,
});
const replica = { site: "dr", role: "replica", epoch: 4, source: "primary" };

describe("the guard's view of its role object", () => {
  const directory = mkdtempSync(join(tmpdir(), "role-"));
  let server: Server;
  let client: RoleClient;
  let items: object[] = [];
  let watch: Promise<ServerResponse>;
  let news: () => Promise<void>;

  beforeEach(async () => {
    writeFileSync(join(directory, "token"), "t");
    let watched: (response: ServerResponse) => void = () => undefined;
    watch = new Promise((resolve) => (watched = resolve));
    server = createServer((request, response) => {
      if (request.url?.includes("watch=1") === true) {
        response.writeHead(200).flushHeaders();
        watched(response);
      } else response.end(JSON.stringify({ metadata: { resourceVersion: "1" }, items }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    let changed: () => void = () => undefined;
    news = () => new Promise((resolve) => (changed = resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const api = new ApiServer({ DRAGONFLY_DR_API_SERVER: address }, join(directory, "token"));
    client = new RoleClient("dr", "cache", () => changed(), api);
  });
  afterEach(() => {
    client.stop();
    server.closeAllConnections();
    server.close();
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  it("follows the object: read, changed, not understood any more, deleted", async () => {
    items = [role(1, replica)];
    let next = news();
    client.start();
    await next;
    assert.deepEqual(client.role(), { kind: "present", spec: replica, reported: null });

    const response = await watch;
    const send = async (type: string, object: object): Promise<void> => {
      next = news();
      response.write(`${JSON.stringify({ type, object })}\n`);
      await next;
    };
    await send("MODIFIED", role(2, { ...replica, epoch: 5, newer: true }));
    assert.deepEqual(client.role(), { kind: "present", spec: { ...replica, epoch: 5, newer: true }, reported: null });
    await send("MODIFIED", role(3, { ...replica, role: "witness", epoch: 6 }));
    const view = client.role();
    assert.match(
      view.kind === "not-understood" ? view.problem : view.kind,
      /^the role object: spec\.role: is "witness"/,
    );
    assert.equal(client.generation(), 3, "its status says so for the object as it is");
    await send("DELETED", role(3, replica));
    assert.deepEqual(client.role(), { kind: "missing" });
  });
});
