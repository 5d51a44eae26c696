import { readFileSync } from "node:fs";
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { SERVICE_ACCOUNT_DIRECTORY } from "../../contract/mounts";

const REQUEST_TIMEOUT_MS = 5_000;
const MAX_ERROR_TEXT = 300;

/** Raised for an answer of the API server other than 2xx. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface ApiRequest {
  readonly method?: "GET" | "POST" | "PATCH";
  readonly body?: string;
  readonly contentType?: string;
}

/**
 * The API server over connections that stay open: a status every few seconds through `fetch`, whose connections end
 * after four,
 * costs a TLS handshake each. The whole Kubernetes client is too large for a ConfigMap. Trust in the API server's
 * certificate
 * comes from NODE_EXTRA_CA_CERTS.
 */
export class ApiServer {
  private readonly server: string;
  private readonly ask: typeof httpRequest;
  private readonly agent: HttpAgent;

  constructor(
    env: NodeJS.ProcessEnv = process.env,
    private readonly tokenFile = `${SERVICE_ACCOUNT_DIRECTORY}/token`,
  ) {
    const host = env["KUBERNETES_SERVICE_HOST"] ?? "kubernetes.default.svc";
    this.server =
      env["DRAGONFLY_DR_API_SERVER"] ??
      `https://${host.includes(":") ? `[${host}]` : host}:${env["KUBERNETES_SERVICE_PORT"] ?? "443"}`;
    const plain = this.server.startsWith("http:");
    this.ask = plain ? httpRequest : httpsRequest;
    this.agent = new (plain ? HttpAgent : HttpsAgent)({ keepAlive: true, maxFreeSockets: 1 });
  }

  /** @throws ApiError for an answer other than 2xx; Error where none came within five seconds. */
  async request(
    path: string,
    { method = "GET", body, contentType = "application/json" }: ApiRequest = {},
  ): Promise<unknown> {
    const response = await this.open(path, method, AbortSignal.timeout(REQUEST_TIMEOUT_MS), body, contentType);
    const text = await textOf(response);
    const status = response.statusCode ?? 0;
    if (status < 200 || status > 299)
      throw new ApiError(status, `${method} ${path.split("?", 1)[0]}: HTTP ${status} ${text.slice(0, MAX_ERROR_TEXT)}`);
    return JSON.parse(text);
  }

  /** Each line of an answer as it comes, until it ends or `take` says that it is enough. */
  async lines(path: string, signal: AbortSignal, take: (line: string) => "go on" | "enough"): Promise<void> {
    const response = await this.open(path, "GET", signal);
    try {
      if (response.statusCode !== 200)
        throw new ApiError(response.statusCode ?? 0, `watch: HTTP ${response.statusCode}`);
      let rest = "";
      for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line !== "" && take(line) === "enough") return;
      }
    } finally {
      response.destroy();
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private open(
    path: string,
    method: string,
    signal: AbortSignal,
    body?: string,
    contentType?: string,
  ): Promise<IncomingMessage> {
    // The token is read each time: the kubelet renews it.
    const headers = {
      authorization: `Bearer ${readFileSync(this.tokenFile, "utf8").trim()}`,
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": contentType, "content-length": Buffer.byteLength(body) }),
    };
    return new Promise((resolve, reject) => {
      const call = this.ask(`${this.server}${path}`, { method, headers, agent: this.agent, signal }, resolve);
      call.on("error", reject);
      call.end(body);
    });
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) text += chunk;
  return text;
}
