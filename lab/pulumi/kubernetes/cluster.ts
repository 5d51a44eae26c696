// One cluster's API server, over plain HTTPS. Leaves out clients for single kinds (every request is a path), and tokens
// that expire while the plugin runs.
import type { IncomingMessage } from "node:http";
import * as http from "node:http";
import * as https from "node:https";
import type { Json, JsonObject } from "../plugin/propertyValues";
import { ApiError, ClusterUnreachable } from "./apiErrors";
import type { ClusterAddress } from "./configuration";
import { isObject, stringAt } from "./json";
import { type Credentials, readCredentials } from "./kubeconfig";
import { defined } from "../../../server/records";

export type Query = Readonly<Record<string, string>>;

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** For instance `/api/v1/namespaces/cache/pods`. */
  readonly path: string;
  readonly query?: Query;
  readonly body?: JsonObject;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

export interface ApiAnswer {
  readonly object: JsonObject;
  /** What the API server warns of: unknown fields, deprecated versions. */
  readonly warnings: readonly string[];
}

export interface WatchEvent {
  readonly type: string;
  readonly object: JsonObject;
}

/** No answer for so long (ms) means that nobody is there. */
const ANSWER_TIMEOUT = 15_000;
/** Probes on a watch, so that a cluster that vanishes is noticed (ms). */
const KEEP_ALIVE_DELAY = 10_000;

export class Cluster {
  #credentials: Promise<Credentials> | undefined;
  /** One set of connections for all requests. */
  #options: Promise<https.RequestOptions> | undefined;

  constructor(readonly address: ClusterAddress) {}

  /** Read at the first use, so that a preview without changes needs no cluster. */
  credentials(): Promise<Credentials> {
    this.#credentials ??= readCredentials(this.address);
    return this.#credentials;
  }

  /** Throws ApiError or ClusterUnreachable. */
  async request(request: ApiRequest): Promise<ApiAnswer> {
    const response = await this.#send(request);
    const text = await readAll(response);
    const object = parseObject(text);
    const code = response.statusCode ?? 0;
    if (code >= 400) throw ApiError.from(code, object);
    return { object, warnings: warningsOf(response) };
  }

  /** The events of a watch until the server or the signal ends it. Throws ApiError or ClusterUnreachable. */
  async *watch(path: string, query: Query, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    const response = await this.#send({ method: "GET", path, query: { ...query, watch: "true" }, signal });
    if ((response.statusCode ?? 0) >= 400)
      throw ApiError.from(response.statusCode ?? 0, parseObject(await readAll(response)));
    response.setEncoding("utf8");
    let rest = "";
    try {
      for await (const chunk of response) {
        const lines = (rest + String(chunk)).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const event = parseObject(line);
          const object = event["object"];
          if (isObject(object)) yield { type: stringAt(event, "type") ?? "", object };
        }
      }
    } finally {
      response.destroy();
    }
  }

  async #send(request: ApiRequest): Promise<IncomingMessage> {
    const { server } = await this.credentials();
    const options = await this.#requestOptions();
    const url = new URL(server + request.path);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const headers = {
      ...(options.headers as http.OutgoingHttpHeaders | undefined),
      Accept: "application/json",
      "User-Agent": "dragonfly-dr-lab",
      ...(body === undefined
        ? {}
        : { "Content-Type": request.contentType ?? "application/json", "Content-Length": Buffer.byteLength(body) }),
    };
    const { signal } = request;
    return new Promise((resolve, reject) => {
      const transport = url.protocol === "http:" ? http : https;
      const sent = transport.request(url, {
        ...options,
        method: request.method,
        headers,
        timeout: ANSWER_TIMEOUT,
        ...defined({ signal }),
      });
      sent.once("timeout", () => sent.destroy(new Error(`no answer within ${ANSWER_TIMEOUT / 1000} s`)));
      sent.once("error", (error) =>
        reject(signal?.aborted === true ? error : new ClusterUnreachable(server, error.message)),
      );
      sent.once("response", (response) => {
        // A watch may be silent for long.
        sent.setTimeout(0);
        response.socket.setKeepAlive(true, KEEP_ALIVE_DELAY);
        resolve(response);
      });
      sent.end(body);
    });
  }

  #requestOptions(): Promise<https.RequestOptions> {
    this.#options ??= this.credentials()
      .then(({ requestOptions }) => requestOptions())
      .then((options) => {
        if (options.agent instanceof http.Agent) Object.assign(options.agent, { keepAlive: true });
        return options;
      });
    return this.#options;
  }
}

async function readAll(response: IncomingMessage): Promise<string> {
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return text;
}

/** An error page of a proxy is no JSON: its text becomes the message. */
function parseObject(text: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : {};
  } catch {
    return { message: text.slice(0, 200) };
  }
}

/** `299 - "unknown field \"spec.x\""`, several joined by commas. */
function warningsOf(response: IncomingMessage): string[] {
  const header = response.headers["warning"];
  if (header === undefined) return [];
  return [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) => (match[1] ?? "").replace(/\\(.)/g, "$1"));
}
