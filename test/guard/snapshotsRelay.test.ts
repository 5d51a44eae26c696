import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SnapshotsRelay } from "../../guard/snapshotsRelay";
import { siteName } from "../../server/types";
import type { SnapshotsReport } from "../../contract/snapshotsReport";
import { until } from "../snapshots/support";

/** Often is at once and seldom is never, so that no pause of the machine makes the one look like the other. */
const PACE = { pollMs: 3_600_000, pollBusyMs: 20, timeoutMs: 20_000 };
/** In which it would look again many times if it looked often. */
const MANY_LOOKS_MS = 300;

const idle: SnapshotsReport = {
  site: siteName("a"),
  state: "ok",
  reason: "",
  busy: false,
  newest: null,
  count: 0,
  next: null,
  request: null,
  restore: null,
  drill: null,
  proven: null,
};
const asked = (state: "running" | "done"): SnapshotsReport => ({
  ...idle,
  request: { id: "r1", state, snapshot: null, reason: "" },
});

describe("the guard's relay to the process that takes snapshots", function () {
  this.timeout(60_000);
  let server: Server;
  let relay: SnapshotsRelay;
  let status: { readonly code: number; readonly text: string };
  let postCode: number;
  let posts: unknown[];
  let polls: number;
  /** Until then the status is not answered. */
  let held: Promise<void>;
  let changes: (SnapshotsReport | null)[];
  let address = "";
  const says = (report: SnapshotsReport): void => void (status = { code: 200, text: JSON.stringify(report) });

  beforeEach(async () => {
    [posts, polls, changes, postCode, held] = [[], 0, [], 202, Promise.resolve()];
    says(idle);
    server = createServer((request, response) => {
      if (request.url === "/status") {
        polls += 1;
        void held.then(() => response.writeHead(status.code).end(status.text));
      } else if (request.url === "/metrics") response.writeHead(status.code).end("dragonfly_dr_snapshot_count 3\n");
      else {
        let body = "";
        request
          .on("data", (chunk: Buffer) => (body += chunk.toString()))
          .on("end", () => {
            posts.push([request.method, request.url, JSON.parse(body)]);
            response.writeHead(postCode).end("{}");
          });
      }
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    relay = new SnapshotsRelay(() => changes.push(relay.report), address, PACE);
  });
  afterEach(() => {
    relay.stop();
    server.closeAllConnections();
    server.close();
  });
  const started = async (): Promise<void> => {
    relay.start();
    await until("the first report", () => relay.report !== null);
  };

  it("keeps the last report, and tells of each that is new, once", async () => {
    await started();
    assert.deepEqual(relay.report, idle);
    await relay.snapshot({ id: "r0" });
    assert.equal(changes.length, 1, "the same report is no news");
    says({ ...idle, state: "slow" });
    await relay.snapshot({ id: "r1" });
    assert.deepEqual(
      changes.map((report) => report?.state),
      ["ok", "slow"],
    );
  });

  it("hands requests on as they are, and looks at once what became of them", async () => {
    says(asked("running"));
    await relay.snapshot({ id: "r1" });
    assert.equal(relay.report?.request?.state, "running");
    await relay.restore("newest", 4);
    assert.deepEqual(posts, [
      ["POST", "/snapshot", { id: "r1" }],
      ["POST", "/restore", { from: "newest", epoch: 4 }],
    ]);
  });

  it("looks often while something runs that was asked for, and seldom otherwise", async () => {
    says(asked("running"));
    await started();
    await until(
      "it looks again and again",
      () => polls >= 3,
      () => polls,
    );
    says(asked("done"));
    await until(
      "it sees the end",
      () => relay.report?.request?.state === "done",
      () => polls,
    );
    const seen = polls;
    await new Promise((resolve) => setTimeout(resolve, MANY_LOOKS_MS));
    assert.equal(polls, seen);
    says({
      ...idle,
      restore: { epoch: 4, from: "newest", id: null, state: "fetching", reason: "", bytes: 0, seconds: 0 },
    });
    await relay.restore("newest", 4);
    const before = polls;
    await until(
      "it looks often again",
      () => polls >= before + 2,
      () => polls,
    );
  });

  it("a request that is turned down is an error, and so is nobody there", async () => {
    postCode = 400;
    await assert.rejects(relay.snapshot({ id: "r1" }), /snapshots: \/snapshot answers 400/);
    await assert.rejects(relay.restore("newest", 1), /snapshots: \/restore answers 400/);
    await assert.rejects(new SnapshotsRelay(() => undefined, "http://127.0.0.1:1").snapshot({ id: "r1" }));
  });

  for (const [what, answer] of [
    ["an error", { code: 500, text: '{"error":"x"}' }],
    ["nonsense", { code: 200, text: "<html>" }],
  ] as const) {
    it(`${what} is no report: it says so by its absence, and the next good one is told`, async () => {
      await started();
      status = answer;
      await relay.snapshot({ id: "r1" });
      assert.equal(relay.report, null);
      says(idle);
      await relay.snapshot({ id: "r2" });
      assert.deepEqual(
        changes.map((report) => report?.state ?? null),
        ["ok", null, "ok"],
      );
    });
  }

  it("metrics are passed on, and are empty while it does not answer", async () => {
    assert.match(await relay.metrics(), /^dragonfly_dr_snapshot_count 3$/m);
    status = { code: 500, text: "" };
    assert.equal(await relay.metrics(), "");
    assert.equal(await new SnapshotsRelay(() => undefined, "http://127.0.0.1:1").metrics(), "");
  });

  it("stopped, it asks nobody any more and tells nothing", async () => {
    says(asked("running"));
    await started();
    let release = (): void => undefined;
    held = new Promise((resolve) => (release = resolve));
    const before = polls;
    await until("it asks again", () => polls > before);
    says(idle);
    relay.stop();
    release();
    await new Promise((resolve) => setTimeout(resolve, MANY_LOOKS_MS));
    assert.equal(polls, before + 1);
    assert.deepEqual(
      changes.map((report) => report?.request?.state),
      ["running"],
    );
  });
});
