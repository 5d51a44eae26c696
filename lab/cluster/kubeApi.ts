import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { LabError } from "../labError";

/** As much of any Kubernetes object as the lab's own commands look at. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export interface KubeResponse {
  readonly status: number;
  readonly body: string;
}

/**
 * A site's API server, spoken to with the administrator's kubeconfig. Small on purpose: a full client takes a second to
 * load.
 */
export class KubeApi {
  readonly #server: string;
  readonly #agent: Agent;

  /** @throws when the kubeconfig cannot be read. */
  constructor(kubeconfig: string) {
    const config = JSON.parse(readFileSync(kubeconfig, "utf8")) as KubeconfigOfLab;
    const decode = (data: string): string => Buffer.from(data, "base64").toString();
    this.#server = config.clusters[0].cluster.server;
    this.#agent = new Agent({
      keepAlive: true,
      ca: decode(config.clusters[0].cluster["certificate-authority-data"]),
      cert: decode(config.users[0].user["client-certificate-data"]),
      key: decode(config.users[0].user["client-key-data"]),
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  async isReady(): Promise<boolean> {
    return (await this.request("GET", "/readyz")).status === 200;
  }

  /** Undefined when there is none. */
  async get(path: string): Promise<KubeObject | undefined> {
    const { status, body } = await this.request("GET", path);
    if (status === 404) return undefined;
    if (status !== 200) throw new LabError(`GET ${path}: ${reasonOf(status, body)}`);
    return JSON.parse(body) as KubeObject;
  }

  /** Server-side, as field manager `lab`. */
  async apply(path: string, object: KubeObject): Promise<void> {
    const { status, body } = await this.request("PATCH", `${path}?fieldManager=lab&force=true`, JSON.stringify(object));
    if (status !== 200 && status !== 201)
      throw new LabError(`${object.kind} ${object.metadata.name}: ${reasonOf(status, body)}`);
  }

  request(method: "GET" | "PATCH" | "DELETE" | "POST", path: string, body?: string): Promise<KubeResponse> {
    return new Promise((resolve, reject) => {
      const call = request(`${this.#server}${path}`, {
        method,
        agent: this.#agent,
        timeout: REQUEST_TIMEOUT_MS,
        headers: { "content-type": method === "PATCH" ? "application/apply-patch+yaml" : "application/json" },
      });
      call.once("error", reject);
      call.once("timeout", () =>
        call.destroy(new LabError(`${method} ${path}: no answer within ${REQUEST_TIMEOUT_MS} ms`)),
      );
      call.once("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        );
      });
      call.end(body);
    });
  }
}

const REQUEST_TIMEOUT_MS = 30_000;

interface KubeconfigOfLab {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly "certificate-authority-data": string } },
  ];
  readonly users: readonly [
    { readonly user: { readonly "client-certificate-data": string; readonly "client-key-data": string } },
  ];
}

/** Not the body itself where it is an object: that of a Secret is not for messages. */
function reasonOf(status: number, body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null && "message" in parsed && typeof parsed.message === "string")
      return parsed.message;
  } catch {
    // Not JSON: the code has to do.
  }
  return `HTTP ${status}`;
}
