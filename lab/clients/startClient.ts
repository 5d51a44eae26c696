import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Deployment } from "../deployment/deployment";
import { parseEndpoint } from "../load/connection";
import { PROJECT_ROOT } from "../paths";
import type { LabSite } from "../plan";
import { Toolchain } from "../toolchain/toolchain";
import type { ClientReport } from "./report";

export interface ClientOptions {
  readonly library: "ioredis" | "node-redis" | "redis-py";
  readonly beside: LabSite;
  readonly user: string;
  readonly password: string;
}

export interface RunningClient {
  readonly beside: LabSite;
  /** Tells it to stop. @returns what it saw. */
  stop(): Promise<ClientReport>;
  /** Ends it without a word. */
  end(): void;
}

/** An application in a process of its own, at the Service of a site. */
export async function startClient(deployment: Deployment, options: ClientOptions): Promise<RunningClient> {
  const { library, beside, user, password } = options;
  const { host, port } = parseEndpoint(deployment.url(beside));
  const place = [host, String(port), user];
  const folder = join(PROJECT_ROOT, "lab/clients");
  const [program, args] =
    library === "redis-py"
      ? [Toolchain.prepared().redisPy, [join(folder, "redis_py.py"), ...place]]
      : [process.execPath, ["--import", "tsx", join(folder, "nodeClient.ts"), library, ...place]];
  const child = spawn(program, args, {
    cwd: PROJECT_ROOT,
    env: { ...process.env, PASSWORD: password },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const next = lines[Symbol.asyncIterator]();
  const first = await next.next();
  if (first.done === true) throw new Error(`${library} beside ${beside} ended before it ran`);
  return {
    beside,
    stop: async () => {
      child.stdin.end();
      const said = await next.next();
      if (said.done === true) throw new Error(`${library} beside ${beside} said nothing`);
      if (child.exitCode === null) await once(child, "exit");
      return JSON.parse(said.value) as ClientReport;
    },
    end: () => child.kill(),
  };
}
