import { ApiError, ApiServer } from "./apiServer";
import { anything, count, list, object, or, text } from "../../contract/describe";
import { NotUnderstood, parse, parseJson } from "../../contract/parse";
import { parseSiteRole, SITE_ROLE, type SiteRoleSpec, type SiteRoleStatus } from "../../contract/siteRole";
import type { Epoch } from "../../server/types";
import type { OwnReport, RoleView } from "../observe/observation";

/** The API server ends a watch by itself; a watch that fell silent is noticed at the latest then. */
const WATCH_SECONDS = 120;
const RETRY_MS = 1_000;

const listed = object({ metadata: object({ resourceVersion: text }), items: list(anything) });
const watched = object({ type: text, object: anything });
const numbered = object({ metadata: object({ generation: or(count, 0) }) });

/** This site's role object at the API server. */
export class RoleClient {
  private view: RoleView = { kind: "unknown" };
  /** What an earlier guard of this site had written, as it was first read; undefined before that. */
  private reported: OwnReport | null | undefined = undefined;
  /** Of the object; null while there is none. */
  private observedGeneration: number | null = null;
  private stopped = false;
  private readonly abort = new AbortController();
  private readonly base: string;
  /** Whether the last request to the API server got through. */
  reachable = false;

  constructor(
    private readonly site: string,
    private readonly namespace: string,
    private readonly onChange: () => void,
    private readonly api: ApiServer = new ApiServer(),
  ) {
    this.base = `/apis/${SITE_ROLE.group}/${SITE_ROLE.version}/namespaces/${namespace}/${SITE_ROLE.plural}`;
  }

  /** What the API server last said; it stays what it was while the API server is away. */
  role(): RoleView {
    return this.view;
  }

  generation(): number {
    return this.observedGeneration ?? 0;
  }

  start(): void {
    void this.follow();
  }

  stop(): void {
    this.stopped = true;
    this.abort.abort();
    this.api.close();
  }

  /** For a site without peers only. Somebody else's object wins. */
  async create(spec: SiteRoleSpec): Promise<void> {
    const body = {
      apiVersion: SITE_ROLE.apiVersion,
      kind: SITE_ROLE.kind,
      metadata: { name: this.site, namespace: this.namespace },
      spec,
    };
    try {
      await this.api.request(this.base, { method: "POST", body: JSON.stringify(body) });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409)) throw error;
    }
  }

  /** Replaces the whole status, so that nothing of an older one stays. */
  async writeStatus(status: SiteRoleStatus): Promise<void> {
    if (this.observedGeneration === null) return;
    await this.api.request(`${this.base}/${this.site}/status`, {
      method: "PATCH",
      body: JSON.stringify([{ op: "add", path: "/status", value: status }]),
      contentType: "application/json-patch+json",
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
    const answer = await this.api.request(`${this.base}?fieldSelector=metadata.name%3D${this.site}`);
    const { metadata, items } = parse(listed, answer, `the list of ${SITE_ROLE.plural}`);
    this.take(items[0] ?? null);
    return metadata.resourceVersion;
  }

  private async watch(version: string): Promise<void> {
    const selection = `fieldSelector=metadata.name%3D${this.site}&resourceVersion=${version}`;
    const url = `${this.base}?watch=1&allowWatchBookmarks=true&${selection}&timeoutSeconds=${WATCH_SECONDS}`;
    const silent = AbortSignal.timeout((WATCH_SECONDS + 10) * 1000);
    await this.api.lines(url, AbortSignal.any([silent, this.abort.signal]), (line) =>
      this.event(line) ? "go on" : "enough",
    );
  }

  /** @returns false when the watch must be begun anew from a fresh read. */
  private event(line: string): boolean {
    const event = parseJson(watched, line, `the watch of ${SITE_ROLE.plural}`);
    if (event.type === "ERROR") return false;
    if (event.type === "DELETED") this.take(null);
    if (event.type === "ADDED" || event.type === "MODIFIED") this.take(event.object);
    return true;
  }

  private take(object: unknown): void {
    this.reachable = true;
    const before = JSON.stringify(this.view);
    const { metadata } = object === null ? { metadata: { generation: null } } : parse(numbered, object, SITE_ROLE.kind);
    this.observedGeneration = metadata.generation;
    this.view = object === null ? { kind: "missing" } : this.viewOf(object);
    if (JSON.stringify(this.view) !== before) this.onChange();
  }

  private viewOf(object: unknown): RoleView {
    try {
      const { spec, status } = parseSiteRole(object, "the role object");
      if (this.reported === undefined) this.reported = status === undefined ? null : reportIn(status);
      return { kind: "present", spec, reported: this.reported };
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error;
      return { kind: "not-understood", problem: error.message };
    }
  }
}

function reportIn({ epoch, promotion, refusal, highestClaim }: SiteRoleStatus): OwnReport {
  return {
    epoch,
    promotion: promotion === undefined ? null : { ...promotion, epoch: promotion.epoch as Epoch, runIdSeen: null },
    refusal: refusal ?? null,
    highestClaim: highestClaim ?? null,
  };
}
