import { SITE_ROLE, type SiteRoleObject, type SiteRoleSpec, type SiteRoleStatus } from "../../../contract/siteRole";
import type { SiteName } from "../../../server/types";
import type { LeaseReading, LeaseStore } from "../../../cli/kube/stores";
import type { LeaseRecord } from "../../../cli/plan/lease";
import { ApiRefusal, SiteUnreachable, SpecChanged, type Reading, type SiteStore } from "../../../cli/kube/stores";
import { sameSpec } from "../../../cli/plan/specs";

/** One cluster's API server with one role object and one lease, in memory, with the definition's rules about epochs. */
export class MemoryCluster {
  object: SiteRoleObject | null = null;
  lease: { record: LeaseRecord; version: number } | null = null;
  /** Whether commands reach it. */
  reachable = true;
  /** Takes requests and never answers, as across a cut that drops packets. */
  silent = false;
  /** How the next writes fare, in turn; `late`: carried out, and answered with an error all the same. */
  readonly writeFaults: { readonly error: Error; readonly when: "before" | "late" }[] = [];
  lacks: string[] = [];
  private version = 0;
  private readonly watchers = new Set<(object: SiteRoleObject | null) => void>();

  constructor(
    readonly site: SiteName,
    readonly now: () => number,
  ) {}

  get spec(): SiteRoleSpec | null {
    return this.object?.spec ?? null;
  }

  put(spec: SiteRoleSpec): SiteRoleObject {
    const old = this.object;
    if (old !== null) {
      if (spec.epoch < old.spec.epoch) throw new ApiRefusal(this.site, "the epoch never falls");
      if (spec.role !== old.spec.role && spec.epoch === old.spec.epoch)
        throw new ApiRefusal(this.site, "a change of role needs a higher epoch");
    }
    const metadata = {
      name: this.site,
      namespace: "cache",
      uid: `uid-${this.site}`,
      generation: (old?.metadata.generation ?? 0) + 1,
      resourceVersion: String(++this.version),
    };
    return this.set({
      apiVersion: SITE_ROLE.apiVersion,
      kind: SITE_ROLE.kind,
      metadata,
      spec,
      ...(old?.status === undefined ? {} : { status: old.status }),
    });
  }

  report(status: SiteRoleStatus): void {
    if (this.object === null) return;
    this.set({
      ...this.object,
      metadata: { ...this.object.metadata, resourceVersion: String(++this.version) },
      status,
    });
  }

  remove(): void {
    this.object = null;
    for (const tell of this.watchers) tell(null);
  }

  watch(tell: (object: SiteRoleObject | null) => void): () => void {
    this.watchers.add(tell);
    tell(this.object);
    return () => this.watchers.delete(tell);
  }

  private set(object: SiteRoleObject): SiteRoleObject {
    this.object = object;
    for (const tell of this.watchers) tell(object);
    return object;
  }
}

/**
 * A command's way to a cluster; `turn` is awaited before and after each effect, so that anything may happen between.
 */
export class MemoryStore implements SiteStore {
  readonly address: string;
  prepareCalls = 0;

  constructor(
    private readonly cluster: MemoryCluster,
    private readonly turn: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.address = `https://${cluster.site}.example:6443`;
  }

  get site(): SiteName {
    return this.cluster.site;
  }

  async prepare(): Promise<void> {
    this.prepareCalls += 1;
  }

  async read(): Promise<Reading> {
    return await this.answer(() => {
      const { object } = this.cluster;
      return object === null
        ? { kind: "absent", clock: this.cluster.now() }
        : { kind: "present", object, clock: this.cluster.now() };
    });
  }

  async create(spec: SiteRoleSpec): Promise<SiteRoleObject> {
    return await this.write(() => {
      if (this.cluster.object !== null) throw new SpecChanged(this.site);
      return this.cluster.put(spec);
    });
  }

  async swap(expected: SiteRoleObject, spec: SiteRoleSpec): Promise<SiteRoleObject> {
    return await this.write(() => {
      const { object } = this.cluster;
      if (object === null || object.metadata.uid !== expected.metadata.uid || !sameSpec(object.spec, expected.spec))
        throw new SpecChanged(this.site);
      return this.cluster.put(spec);
    });
  }

  async watch(
    onObject: (object: SiteRoleObject | null) => void,
    onOpen: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.answer(() => undefined);
    const stop = this.cluster.watch((object) => {
      if (this.cluster.reachable) onObject(object);
    });
    onOpen();
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    stop();
  }

  async missing(): Promise<string[]> {
    return await this.answer(() => this.cluster.lacks);
  }

  close(): void {}

  private async write<T>(effect: () => T): Promise<T> {
    const fault = this.cluster.writeFaults.shift();
    return await this.answer(() => {
      if (fault?.when === "before") throw fault.error;
      const result = effect();
      if (fault !== undefined) throw fault.error;
      return result;
    });
  }

  private async answer<T>(effect: () => T): Promise<T> {
    await this.turn();
    if (this.cluster.silent) await new Promise(() => undefined);
    if (!this.cluster.reachable)
      throw new SiteUnreachable(this.site, this.address, "does not answer (ECONNREFUSED)", "not written");
    const result = effect();
    await this.turn();
    // The reply is lost: the effect has happened, and the command cannot know.
    if (!this.cluster.reachable) throw new SiteUnreachable(this.site, this.address, "does not answer (ECONNRESET)");
    return result;
  }
}

export class MemoryLease implements LeaseStore {
  constructor(private readonly cluster: MemoryCluster) {}

  get site(): SiteName {
    return this.cluster.site;
  }

  async read(): Promise<LeaseReading> {
    if (!this.cluster.reachable) throw new SiteUnreachable(this.site, "", "does not answer");
    const { lease } = this.cluster;
    return {
      record: lease?.record ?? null,
      version: lease === null ? null : String(lease.version),
      clock: this.cluster.now(),
    };
  }

  async write(record: LeaseRecord, version: string | null): Promise<string> {
    if (!this.cluster.reachable) throw new SiteUnreachable(this.site, "", "does not answer");
    const { lease } = this.cluster;
    if ((lease === null ? null : String(lease.version)) !== version) throw new SpecChanged(this.site);
    this.cluster.lease = { record, version: (lease?.version ?? 0) + 1 };
    return String(this.cluster.lease.version);
  }
}
