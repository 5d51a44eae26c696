import http from "node:http";
import https from "node:https";
import { createInterface } from "node:readline";
import type { Milliseconds, SiteName } from "../../server/types";
import { SiteUnreachable } from "./stores";
import { openAccess, type KubeLocation } from "./access";
import type { ApiAccess } from "./apiAccess";
import { defined } from "../../server/records";

export interface ApiAnswer {
  readonly status: number;
  /** The parsed body; a string when it is no JSON. */
  readonly body: unknown;
  /** The server's time in ms (to the second), from its Date header; this machine's where there is none. */
  readonly clock: number;
}

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly timeout: Milliseconds;
}

const WATCH_OPENS_MS = 5_000;

/** Errors of a connection that was never made: no request was sent over it. */
const NOT_CONNECTED: readonly string[] = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"];

/**
 * One API server over kept-alive connections, every request with a deadline. The client library is used for credentials
 * only:
 * its own requests have no time-out, and a watch of it cannot be told apart from a dead one.
 */
export class KubeApi {
  private access: Promise<ApiAccess> | null = null;
  private agent: http.Agent | null = null;
  private known: string;

  constructor(
    private readonly site: SiteName,
    private readonly location: KubeLocation,
  ) {
    this.known = location.kubeconfig ?? "the current kubeconfig";
  }

  /** The server's address once it is known, the kubeconfig before. */
  get address(): string {
    return this.known;
  }

  /** Gets address and credentials. @throws SiteUnreachable */
  async prepare(timeout: Milliseconds): Promise<void> {
    await this.within(timeout, "gave no credentials", this.open());
  }

  /** @throws SiteUnreachable when there is no answer within the time-out. */
  async request(request: ApiRequest): Promise<ApiAnswer> {
    const answer = await this.once(request);
    if (answer.status !== 401 || this.access === null) return answer;
    // A plugin's token or certificate expires while a failback waits for hours.
    this.access = null;
    this.agent = null;
    return await this.once(request);
  }

  /**
   * A response that goes on: each line of it to `onLine`, until it ends or `signal` aborts.
   * @throws SiteUnreachable; Error when the server answers with anything but 200; what `onLine` throws.
   */
  async stream(path: string, onOpen: () => void, onLine: (line: string) => void, signal: AbortSignal): Promise<void> {
    const access = await this.open();
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => (signal.aborted ? resolve() : reject(this.unreachable(error)));
      const outgoing = this.outgoing(access, { method: "GET", path }, signal);
      const unanswered = setTimeout(() => outgoing.destroy(new Error("no answer to a watch")), WATCH_OPENS_MS);
      outgoing.on("close", () => clearTimeout(unanswered));
      outgoing.on("error", fail);
      outgoing.on("response", (response) => {
        clearTimeout(unanswered);
        if (response.statusCode !== 200) {
          response.resume();
          reject(new Error(`watch answered ${response.statusCode}`));
          return;
        }
        onOpen();
        response.on("error", fail);
        const lines = createInterface({ input: response });
        lines.on("line", (line) => {
          try {
            onLine(line);
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
            outgoing.destroy();
          }
        });
        // readline passes the input's errors on, and one that nobody listens for ends the process.
        lines.on("error", fail);
        lines.on("close", resolve);
      });
      outgoing.end();
    });
  }

  close(): void {
    this.agent?.destroy();
  }

  private async open(): Promise<ApiAccess> {
    this.access ??= openAccess(this.location);
    try {
      const access = await this.access;
      this.known = access.server.origin;
      return access;
    } catch (error) {
      this.access = null;
      throw new SiteUnreachable(this.site, this.known, `cannot be used: ${firstLine(error)}`, "not written");
    }
  }

  private async once(request: ApiRequest): Promise<ApiAnswer> {
    const started = Date.now();
    const access = await this.within(request.timeout, "gave no credentials", this.open());
    const left = Math.max(1, request.timeout - (Date.now() - started));
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), left);
    try {
      return await this.exchange(access, request, over.signal);
    } catch (error) {
      if (over.signal.aborted)
        throw new SiteUnreachable(this.site, this.known, `does not answer within ${request.timeout / 1000} s`);
      throw this.unreachable(error);
    } finally {
      clearTimeout(timer);
    }
  }

  private exchange(access: ApiAccess, request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    return new Promise((resolve, reject) => {
      const outgoing = this.outgoing(access, request, signal);
      outgoing.on("error", reject);
      outgoing.on("response", (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", reject);
        response.on("end", () => {
          const said = Date.parse(response.headers.date ?? "");
          resolve({
            status: response.statusCode ?? 0,
            body: parseBody(Buffer.concat(parts).toString("utf8")),
            clock: Number.isNaN(said) ? Date.now() : said,
          });
        });
      });
      outgoing.end(request.body === undefined ? undefined : JSON.stringify(request.body));
    });
  }

  private outgoing(
    access: ApiAccess,
    request: Pick<ApiRequest, "method" | "path" | "contentType">,
    signal: AbortSignal,
  ): http.ClientRequest {
    const secure = access.server.protocol === "https:";
    this.agent ??=
      access.agent ??
      (secure ? new https.Agent({ keepAlive: true, ...access.tls }) : new http.Agent({ keepAlive: true }));
    const url = new URL(access.server.pathname.replace(/\/$/, "") + request.path, access.server);
    const headers = {
      ...access.headers,
      accept: "application/json",
      "user-agent": "dragonfly-dr",
      ...defined({ "content-type": request.contentType }),
    };
    return (secure ? https : http).request(url, { method: request.method, headers, agent: this.agent, signal });
  }

  private async within<T>(timeout: Milliseconds, problem: string, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new SiteUnreachable(this.site, this.known, `${problem} within ${timeout / 1000} s`)),
        timeout,
      );
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private unreachable(error: unknown): SiteUnreachable {
    if (error instanceof SiteUnreachable) return error;
    const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
    const outcome = code !== null && NOT_CONNECTED.includes(code) ? "not written" : "unknown";
    return new SiteUnreachable(this.site, this.known, `does not answer (${code ?? firstLine(error)})`, outcome);
  }
}

/** Credential plugins may fail without a word. */
const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message.trim().split("\n")[0] : String(error)) ||
  "no reason was given; does its credential plugin work?";

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
