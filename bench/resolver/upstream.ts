import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** The upstream that all measured servers ask: every name has one address, told after a delay. */
export class Upstream {
  readonly #process: ChildProcess;
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#process = child;
    this.port = port;
  }

  /** @param ttl in seconds. */
  static async start(delayMs: number, ttl: number): Promise<Upstream> {
    const child = fork(join(__dirname, "upstreamProcess.ts"), [String(delayMs), String(ttl)], {
      execArgv: ["--import", "tsx"],
    });
    const [{ port }] = (await once(child, "message")) as [{ port: number }];
    return new Upstream(child, port);
  }

  /** How many questions came since the last call. */
  async asked(): Promise<number> {
    const answer = once(this.#process, "message");
    this.#process.send("asked");
    const [{ asked }] = (await answer) as [{ asked: number }];
    return asked;
  }

  stop(): void {
    this.#process.disconnect();
  }
}
