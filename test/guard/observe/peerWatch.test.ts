import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PeerWatch } from "../../../guard/observe/peerWatch";
import { siteName } from "../../../server/types";

const report = { site: "dr", phase: "Serving", serving: true, now: 1, specEpoch: 4, specRole: "primary" };

describe("a peer's guard, as it is asked", () => {
  let server: Server;
  let watch: PeerWatch;
  let body: string;

  beforeEach(async () => {
    server = createServer((_, response) => response.end(body)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    watch = new PeerWatch(
      { site: siteName("dr"), host: "127.0.0.1", serverPort: port, guardPort: port },
      () => undefined,
    );
  });
  afterEach(() => {
    watch.stop();
    server.closeAllConnections();
    server.close();
  });

  it("is reached where its report is understood, an older guard's too", async () => {
    body = JSON.stringify(report);
    await watch.askNow();
    const { reachable, specEpoch, serving, data, handover } = watch.view();
    assert.deepEqual([reachable, specEpoch, serving, data, handover], [true, 4, true, null, null]);
  });

  for (const [what, answer] of [
    ["is not JSON", "<html>"],
    ["lacks what every version says", JSON.stringify({ ...report, serving: undefined })],
    ["has a field of another type", JSON.stringify({ ...report, specEpoch: "4" })],
    ["is another site's", JSON.stringify({ ...report, site: "west" })],
  ] as const) {
    it(`counts as not reached where its report ${what}`, async () => {
      body = answer;
      await assert.rejects(watch.askNow());
      assert.deepEqual([watch.view().reachable, watch.view().specEpoch], [false, null]);
    });
  }
});
