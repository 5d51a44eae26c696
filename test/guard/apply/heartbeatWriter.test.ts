import assert from "node:assert/strict";
import { HeartbeatWriter } from "../../../guard/apply/heartbeatWriter";
import type { ServerSession } from "../../../guard/server/serverSession";
import { siteName } from "../../../server/types";
import { waitFor } from "../../../lab/process/waitFor";
import { beat } from "../scene";

describe("heartbeats", () => {
  it("go on where the server's own ended, also when it was silent as the guard came back", async () => {
    const written: string[] = [];
    const session = {
      runId: "run",
      beat: (...command: readonly string[]) => Promise.resolve(void written.push(command[2] ?? "")),
    } as unknown as ServerSession;
    const writer = new HeartbeatWriter(siteName("a"));
    try {
      writer.start(session, null);
      writer.start(session, beat(3, 50));
      await waitFor(() => written.length > 0, { what: "a heartbeat", deadlineMs: 60_000 });
      const first = JSON.parse(written[0] ?? "{}") as { readonly epoch: number; readonly sequence: number };
      assert.deepEqual([first.epoch, first.sequence], [3, 51]);
    } finally {
      await writer.stop();
    }
  });
});
