import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveScript } from "../../../components/server/serveScript";
import { waitFor } from "../../../lab/process/waitFor";
import { findProgram } from "../../unpacked";

const busybox = findProgram("busybox");
/** What images have: Debian's, and Alpine's. */
const SHELLS = [["sh"], ...(busybox === null ? [] : [[busybox.binary, "sh"]])];

for (const shell of SHELLS) {
  describe(`what starts the server, in ${shell.length === 1 ? "sh" : "busybox"}`, function () {
    this.timeout(180_000);
    let folder: string;
    let serve: ChildProcess;
    let said: string;
    const runs = (): string[] =>
      existsSync(join(folder, "runs")) ? readFileSync(join(folder, "runs"), "utf8").trim().split("\n") : [];
    const run = (at: number): Promise<number> =>
      waitFor(() => Number(runs()[at]?.split(" ")[0]) || undefined, {
        what: `run ${at}`,
        deadlineMs: 50_000,
        everyMs: 10,
      });
    /** A server that says its pid, password and arguments, and on SIGTERM saves for a while. */
    const start = (leastSeconds: number, body = "while :; do sleep 0.05; done"): void => {
      writeFileSync(
        join(folder, "server"),
        `trap 'sleep 0.2; echo saved >>"${folder}/saved"; exit 7' TERM\necho "$$ \${DFLY_requirepass-none} $*" ` +
          `>>"${folder}/runs"\n${body}\n`,
      );
      writeFileSync(join(folder, "serve.sh"), serveScript(leastSeconds, join(folder, "password")));
      const [program = "sh", ...before] = shell;
      serve = spawn(
        program,
        [...before, join(folder, "serve.sh"), "sh", join(folder, "server"), "--port=1", "--dir=/two words"],
        { stdio: ["ignore", "ignore", "pipe"] },
      );
      said = "";
      serve.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
    };
    const end = async (): Promise<number | null> => {
      if (serve.exitCode === null && serve.signalCode === null) await once(serve, "exit");
      return serve.exitCode;
    };

    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "serve-"))));
    afterEach(async () => {
      serve.kill("SIGKILL");
      for (const line of runs()) {
        try {
          process.kill(Number(line.split(" ")[0]), "SIGKILL");
        } catch {
          // Ended in the test.
        }
      }
      await end();
      rmSync(folder, { recursive: true });
    });

    it("starts it again when it ends, with the same arguments", async () => {
      start(0);
      process.kill(await run(0), "SIGKILL");
      process.kill(await run(1), "SIGKILL");
      await run(2);
      assert.deepEqual(
        runs().map((line) => line.slice(line.indexOf(" "))),
        Array.from({ length: 3 }, () => " none --port=1 --dir=/two words"),
      );
      await waitFor(() => /ended with 137 after \d+ s/.test(said), {
        what: "what is said of it",
        deadlineMs: 50_000,
        everyMs: 10,
      });
    });

    it("leaves a server that does not stay up to the kubelet, with its exit code", async () => {
      start(600, "exit 3");
      assert.equal(await end(), 3);
      assert.equal(runs().length, 1);
    });

    it("hands SIGTERM on, waits until the server has saved, and ends with its code", async () => {
      start(0);
      await run(0);
      serve.kill("SIGTERM");
      assert.equal(await end(), 7);
      assert.equal(readFileSync(join(folder, "saved"), "utf8"), "saved\n");
      assert.equal(runs().length, 1);
    });

    it("does not end with a server that is frozen", async () => {
      start(0);
      const pid = await run(0);
      process.kill(pid, "SIGSTOP");
      await waitFor(() => readFileSync(`/proc/${pid}/stat`, "utf8").includes(") T ") || undefined, {
        what: "frozen",
        deadlineMs: 50_000,
        everyMs: 10,
      });
      assert.deepEqual([serve.exitCode, runs().length], [null, 1]);
      process.kill(pid, "SIGCONT");
      process.kill(pid, "SIGKILL");
      await run(1);
    });

    it("gives each run the password that is mounted by then", async () => {
      mkdirSync(join(folder, "password"));
      writeFileSync(join(folder, "password", "default"), "first");
      start(0);
      const pid = await run(0);
      writeFileSync(join(folder, "password", "default"), "second");
      process.kill(pid, "SIGKILL");
      await run(1);
      assert.deepEqual(
        runs().map((line) => line.split(" ")[1]),
        ["first", "second"],
      );
    });
  });
}
