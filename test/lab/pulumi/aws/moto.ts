import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { waitFor } from "../../../../lab/process/waitFor";
import { Toolchain } from "../../../../lab/toolchain/toolchain";
import { freePort } from "../../../support/ports";

/** moto, which stands in for AWS: S3 and IAM with its authorization checks. */
export class Moto {
  private constructor(
    readonly endpoint: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(): Promise<Moto> {
    const port = await freePort();
    const child = spawn(Toolchain.prepared().moto, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
    const moto = new Moto(`http://127.0.0.1:${port}`, child);
    try {
      await waitFor(async () => (await fetch(`${moto.endpoint}/moto-api/`)).ok, { what: "moto", deadlineMs: 120_000 });
    } catch (error) {
      await moto.stop();
      throw error;
    }
    return moto;
  }

  /** Whether requests are judged by the IAM policies of who signs them. */
  async authorize(on: boolean): Promise<void> {
    const answer = await fetch(`${this.endpoint}/moto-api/reset-auth`, {
      method: "POST",
      body: on ? "0" : "1000000000",
    });
    if (!answer.ok) throw new Error(`moto: HTTP ${answer.status}`);
  }

  async stop(): Promise<void> {
    const ended = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await ended;
  }
}
