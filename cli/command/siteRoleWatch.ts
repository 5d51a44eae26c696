import type { SiteRoleObject, SiteRoleSpec } from "../../contract/siteRole";
import type { Milliseconds, SiteName } from "../../server/types";
import type { Clock } from "../clock";
import type { SiteView } from "../plan/view";
import { ApiRefusal, SiteUnreachable, SpecChanged, type SiteStore, type WriteOutcome } from "../kube/stores";
import { sameSpec } from "../plan/specs";
import type { Changes } from "./changes";

/** Without news for so long the object is read, in case the watch is silently dead or a proxy holds it back. */
const POLL_MS = 1_000 as Milliseconds;
/** Between two attempts at a write, and between a watch that ended and the next. */
const RETRY_MS = 200 as Milliseconds;

/** One site's object as it is now: read once, then watched, with polling underneath. */
export class SiteRoleWatch {
  private object: SiteRoleObject | null = null;
  private readonly closing = new AbortController();
  private news = 0;
  private started: Promise<void> | null = null;

  constructor(
    private readonly store: SiteStore,
    private readonly peers: readonly SiteName[],
    private readonly changes: Changes,
    private readonly clock: Clock,
    /** For each request. */
    private readonly timeout: Milliseconds,
  ) {}

  get site(): SiteName {
    return this.store.site;
  }

  get latest(): SiteRoleObject | null {
    return this.object;
  }

  /** Gets credentials ahead of the first request; a failure shows in `observe`. */
  async prepare(timeout: Milliseconds): Promise<void> {
    await this.store.prepare(timeout).catch(() => undefined);
  }

  /** Reads the object; never rejects. An API server that is too busy to answer is asked again. */
  async observe(): Promise<SiteView> {
    const { site } = this.store;
    const deadline = this.clock.now() + this.timeout;
    for (;;) {
      try {
        const reading = await this.store.read(this.timeout);
        this.accept(reading.kind === "present" ? reading.object : null);
        const seen = { site, address: this.store.address, peers: this.peers, clock: reading.clock };
        return reading.kind === "present"
          ? { kind: "present", object: reading.object, ...seen }
          : { kind: "absent", ...seen };
      } catch (error) {
        if (!(error instanceof SiteUnreachable) && !(error instanceof ApiRefusal)) throw error;
        const busy = error instanceof SiteUnreachable && error.kind === "busy";
        if (!busy || this.clock.now() + RETRY_MS >= deadline)
          return { kind: "unreachable", site, address: this.store.address, peers: this.peers, problem: error.problem };
      }
      await this.clock.after(RETRY_MS, this.closing.signal);
    }
  }

  /** For a command that does not wait for the site any longer. */
  unanswered(after: Milliseconds): SiteView {
    const problem = `has not answered within ${(after / 1000).toFixed(1)} s`;
    return { kind: "unreachable", site: this.site, address: this.store.address, peers: this.peers, problem };
  }

  /** What the cluster lacks for a role object. @throws SiteUnreachable, ApiRefusal */
  missing(): Promise<string[]> {
    return this.store.missing(this.timeout);
  }

  /**
   * Begins to follow; resolves once changes arrive, or at the latest after a request's time: then they are polled for.
   */
  start(): Promise<void> {
    this.started ??= this.begin();
    return this.started;
  }

  /**
   * Puts `spec` in the place of the spec of `expected` (null: creates the object), and keeps trying while the site does
   * not answer, until the time `deadline`. "changed": the object is another one by now, `latest`.
   * @throws SiteUnreachable when it is not written by then, or not known to be; ApiRefusal.
   */
  async swap(expected: SiteRoleObject | null, spec: SiteRoleSpec, deadline: number): Promise<"written" | "changed"> {
    let outcome: WriteOutcome = "not written";
    for (;;) {
      try {
        return await this.attempt(expected, spec);
      } catch (error) {
        if (!(error instanceof SiteUnreachable) && !(error instanceof ApiRefusal)) throw error;
        if (error instanceof SiteUnreachable && error.outcome === "unknown") outcome = "unknown";
        // What an earlier attempt did is not known from a later one that fails: the object tells.
        if (outcome === "unknown") {
          const found = await this.readBack(expected, spec);
          if (found !== null) return found;
        }
        if (error instanceof ApiRefusal && outcome === "not written") throw error;
        if (error instanceof ApiRefusal || this.clock.now() + RETRY_MS >= deadline)
          throw new SiteUnreachable(this.site, this.store.address, error.problem, outcome);
      }
      await this.clock.after(RETRY_MS);
    }
  }

  close(): void {
    this.closing.abort();
    this.store.close();
  }

  private async begin(): Promise<void> {
    const opened = new Promise<void>((resolve) => void this.keepWatching(resolve));
    void this.keepPolling();
    await Promise.race([opened, this.clock.after(this.timeout, this.closing.signal)]);
  }

  private async attempt(expected: SiteRoleObject | null, spec: SiteRoleSpec): Promise<"written" | "changed"> {
    try {
      this.accept(
        await (expected === null
          ? this.store.create(spec, this.timeout)
          : this.store.swap(expected, spec, this.timeout)),
      );
      return "written";
    } catch (error) {
      if (!(error instanceof SpecChanged)) throw error;
    }
    // After a lost reply to an earlier attempt the object is as it was wanted.
    const view = await this.observe();
    if (view.kind === "unreachable") throw new SiteUnreachable(view.site, view.address, view.problem);
    return view.kind === "present" && sameSpec(view.object.spec, spec) ? "written" : "changed";
  }

  /** What became of a write whose reply was lost; null: the object is still the expected one, or cannot be read. */
  private async readBack(expected: SiteRoleObject | null, spec: SiteRoleSpec): Promise<"written" | "changed" | null> {
    const view = await this.observe();
    if (view.kind === "unreachable") return null;
    if (view.kind === "absent") return expected === null ? null : "changed";
    if (sameSpec(view.object.spec, spec)) return "written";
    const isExpected =
      expected !== null &&
      expected.metadata.uid === view.object.metadata.uid &&
      sameSpec(view.object.spec, expected.spec);
    return isExpected ? null : "changed";
  }

  private async keepWatching(onOpen: () => void): Promise<void> {
    while (!this.closing.signal.aborted) {
      try {
        await this.store.watch((object) => this.accept(object), onOpen, this.closing.signal);
      } catch {
        // polling goes on meanwhile and says what is wrong, if it is
      }
      onOpen();
      await this.clock.after(RETRY_MS, this.closing.signal);
    }
  }

  private async keepPolling(): Promise<void> {
    while (!this.closing.signal.aborted) {
      const before = this.news;
      await this.clock.after(POLL_MS, this.closing.signal);
      if (this.closing.signal.aborted) return;
      if (this.news === before) await this.observe();
    }
  }

  private accept(object: SiteRoleObject | null): void {
    this.news += 1;
    // Watch, poll and write run beside each other: what arrives late must not put an older state back.
    if (object === null ? this.object === null : !isNews(object, this.object)) return;
    this.object = object;
    this.changes.announce();
  }
}

function isNews(object: SiteRoleObject, latest: SiteRoleObject | null): boolean {
  if (latest === null || object.metadata.uid !== latest.metadata.uid) return true;
  const [version, known] = [Number(object.metadata.resourceVersion), Number(latest.metadata.resourceVersion)];
  if (Number.isFinite(version) && Number.isFinite(known)) return version > known;
  return (object.metadata.generation ?? 0) >= (latest.metadata.generation ?? 0);
}
