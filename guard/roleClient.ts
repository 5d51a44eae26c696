import { readFileSync } from "node:fs";
import { SITE_ROLE, type SiteRoleObject, type SiteRoleSpec, type SiteRoleStatus } from "./siterole";
import type { RoleView } from "./observation";

const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
/** The API server ends a watch by itself; a watch that fell silent is noticed at the latest then. */
const WATCH_SECONDS = 120;
const REQUEST_TIMEOUT_MS = 5_000;
const RETRY_MS = 1_000;

/** Raised for an answer of the API server other than 2xx. */
class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * This site's role object at the API server, by plain fetch (the whole Kubernetes client is too large for a ConfigMap).
 * Trust in the API server's certificate comes from NODE_EXTRA_CA_CERTS.
 */
export class RoleClient {
  private view: RoleView = { kind: "unknown" };
  private object: SiteRoleObject | null = null;
  private stopped = false;
  private readonly abort = new AbortController();
  private readonly base: string;
  /** Whether the last request to the API server got through. */
  reachable = false;

  constructor(
    private readonly site: string,
    private readonly namespace: string,
    private readonly onChange: () => void,
    env: NodeJS.ProcessEnv = process.env,
    private readonly tokenFile = `${ACCOUNT}/token`,
  ) {
    const host = env["KUBERNETES_SERVICE_HOST"] ?? "kubernetes.default.svc";
    const server = env["DRAGONFLY_DR_API_SERVER"] ?? `https://${host.includes(":") ? `[${host}]` : host}:${env["KUBERNETES_SERVICE_PORT"] ?? "443"}`;
    this.base = `${server}/apis/${SITE_ROLE.group}/${SITE_ROLE.version}/namespaces/${namespace}/${SITE_ROLE.plural}`;
  }

  /** What the API server last said; it stays what it was while the API server is away. */
  role(): RoleView {
    return this.view;
  }

  generation(): number {
    return this.object?.metadata.generation ?? 0;
  }

  start(): void {
    void this.follow();
  }

  stop(): void {
    this.stopped = true;
    this.abort.abort();
  }

  /** For a site without peers only. Somebody else's object wins. */
  async create(spec: SiteRoleSpec): Promise<void> {
    const body = { apiVersion: SITE_ROLE.apiVersion, kind: SITE_ROLE.kind, metadata: { name: this.site, namespace: this.namespace }, spec };
    try {
      await this.request(this.base, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409)) throw error;
    }
  }

  /** Replaces the whole status, so that nothing of an older one stays. */
  async writeStatus(status: SiteRoleStatus): Promise<void> {
    if (this.object === null) return;
    await this.request(`${this.base}/${this.site}/status`, {
      method: "PATCH",
      body: JSON.stringify([{ op: "add", path: "/status", value: status }]),
      headers: { "content-type": "application/json-patch+json" },
    });
  }

  private async follow(): Promise<void> {
    while (!this.stopped) {
      try {
        const version = await this.read();
        await this.watch(version);
      } catch {
        this.reachable = false;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private async read(): Promise<string> {
    const list = (await this.request(`${this.base}?fieldSelector=metadata.name%3D${this.site}`, {})) as { metadata: { resourceVersion: string }; items: SiteRoleObject[] };
    this.take(list.items[0] ?? null);
    return list.metadata.resourceVersion;
  }

  private async watch(version: string): Promise<void> {
    const url = `${this.base}?watch=1&allowWatchBookmarks=true&fieldSelector=metadata.name%3D${this.site}&resourceVersion=${version}&timeoutSeconds=${WATCH_SECONDS}`;
    const silent = AbortSignal.timeout((WATCH_SECONDS + 10) * 1000);
    const response = await fetch(url, { headers: this.headers(), signal: AbortSignal.any([silent, this.abort.signal]) });
    if (!response.ok || response.body === null) throw new ApiError(response.status, `watch: HTTP ${response.status}`);
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "" && !this.event(line)) return;
    }
  }

  /** @returns false when the watch must be begun anew from a fresh read. */
  private event(line: string): boolean {
    const { type, object } = JSON.parse(line) as { type: string; object: SiteRoleObject };
    if (type === "ERROR") return false;
    if (type === "DELETED") this.take(null);
    if (type === "ADDED" || type === "MODIFIED") this.take(object);
    return true;
  }

  private take(object: SiteRoleObject | null): void {
    this.reachable = true;
    const before = JSON.stringify(this.view);
    this.object = object;
    this.view = object === null ? { kind: "missing" } : { kind: "present", spec: object.spec };
    if (JSON.stringify(this.view) !== before) this.onChange();
  }

  private headers(): Record<string, string> {
    // Read each time: the kubelet renews it.
    return { authorization: `Bearer ${readFileSync(this.tokenFile, "utf8").trim()}`, accept: "application/json" };
  }

  private async request(url: string, init: { method?: string; body?: string; headers?: Record<string, string> }): Promise<unknown> {
    const response = await fetch(url, { ...init, headers: { ...this.headers(), ...init.headers }, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    const text = await response.text();
    if (!response.ok) throw new ApiError(response.status, `${init.method ?? "GET"} ${new URL(url).pathname}: HTTP ${response.status} ${text.slice(0, 300)}`);
    return JSON.parse(text);
  }
}
