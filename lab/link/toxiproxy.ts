import { LabError } from "../labError";

/** As toxiproxy names them: `upstream` is what the client sends, `downstream` what it is answered. */
export type Direction = "upstream" | "downstream";

export type Toxic =
  | {
      readonly type: "latency";
      readonly attributes: { /** Milliseconds. */ readonly latency: number; readonly jitter: number };
    }
  | { readonly type: "bandwidth"; readonly attributes: { /** KB/s. */ readonly rate: number } };

export interface Proxy {
  readonly name: string;
  readonly listen: string;
  readonly upstream: string;
}

/** Toxiproxy's own API, as much of it as the lab uses. */
export class Toxiproxy {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async isUp(): Promise<boolean> {
    return (await this.#call("GET", "/version")).ok;
  }

  async proxyNames(): Promise<string[]> {
    const response = await this.#expect("GET", "/proxies");
    return Object.keys((await response.json()) as object);
  }

  async createProxy(proxy: Proxy): Promise<void> {
    await this.#expect("POST", "/proxies", { ...proxy, enabled: true });
  }

  async setEnabled(proxy: string, enabled: boolean): Promise<void> {
    await this.#expect("POST", `/proxies/${proxy}`, { enabled });
  }

  /** Adds it, or changes its numbers. */
  async setToxic(proxy: string, stream: Direction, { type, attributes }: Toxic): Promise<void> {
    const name = toxicName(type, stream);
    const changed = await this.#call("POST", `/proxies/${proxy}/toxics/${name}`, { attributes });
    if (changed.status !== 404) return check(changed, `toxic ${name}`);
    await this.#expect("POST", `/proxies/${proxy}/toxics`, { name, type, stream, toxicity: 1, attributes });
  }

  async removeToxic(proxy: string, stream: Direction, type: Toxic["type"]): Promise<void> {
    const response = await this.#call("DELETE", `/proxies/${proxy}/toxics/${toxicName(type, stream)}`);
    if (response.status !== 404) await check(response, "toxic");
  }

  async #expect(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await this.#call(method, path, body);
    await check(response, path);
    return response;
  }

  #call(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      method,
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

function toxicName(type: string, stream: Direction): string {
  return `${type}_${stream}`;
}

async function check(response: Response, what: string): Promise<void> {
  if (!response.ok)
    throw new LabError(`toxiproxy: ${what}: HTTP ${response.status}: ${(await response.text()).slice(0, 200)}`);
}
