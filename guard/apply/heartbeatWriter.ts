import type { Milliseconds, SiteName } from "../../server/types";
import type { Branch } from "../../contract/dataState";
import { compareDataVersions } from "../../contract/epochs";
import type { DataVersion } from "../../contract/siteRole";
import { HEARTBEAT_KEY, type Heartbeat } from "../../contract/heartbeat";
import type { ServerSession } from "../server/serverSession";

export const HEARTBEAT_INTERVAL_MS = 250 as Milliseconds;

/**
 * Stamps the data set several times a second while this site serves. Bound to one run of the server: a stamp that
 * reached a
 * restarted server would call its older data the newest.
 */
export class HeartbeatWriter {
  private timer: NodeJS.Timeout | null = null;
  private session: ServerSession | null = null;
  private version: DataVersion | null = null;
  private history: readonly Branch[] = [];
  private inFlight: Promise<unknown> | null = null;
  private commands = 0;
  /** The last one that the server acknowledged. */
  last: Heartbeat | null = null;
  /** Why the last one failed, such as OOM at maxmemory; null when it did not. */
  lastError: string | null = null;
  failures = 0;

  constructor(
    private readonly site: SiteName,
    private readonly clock: () => number = Date.now,
  ) {}

  /** The server's command counter as last read: it goes into the next stamp. */
  noteCommands(commands: number): void {
    this.commands = commands;
  }

  /**
   * Writes the first stamp of an epoch, with a sequence of at least `atLeast`'s. @throws when the server refuses it.
   */
  async first(session: ServerSession, atLeast: DataVersion, history: readonly Branch[]): Promise<void> {
    this.version = atLeast;
    this.history = history;
    await this.write(session);
  }

  /** The last stamp of a server that nobody can write to any more. @throws when the server refuses it. */
  async seal(session: ServerSession, version: DataVersion): Promise<void> {
    await this.stop();
    if (this.version === null || compareDataVersions(this.version, version) < 0) this.version = version;
    await this.write(session, true);
  }

  /** @param found - in the server: a guard that was started again goes on from there. */
  start(session: ServerSession, found: Heartbeat | null): void {
    const running = this.timer !== null && this.session === session;
    // Started while the server did not answer: what it holds is known only now.
    if (running && this.version !== null) return;
    if (!running) {
      void this.stop();
      this.session = session;
    }
    if (found !== null && (this.version === null || compareDataVersions(found, this.version) >= 0)) {
      this.version = { epoch: found.epoch, sequence: found.sequence + 1 };
      this.history = found.history;
    }
    if (!running) this.timer = setInterval(() => this.tick(), HEARTBEAT_INTERVAL_MS);
  }

  /** After it has returned no stamp is on its way. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.session = null;
    await this.inFlight?.catch(() => undefined);
  }

  private tick(): void {
    const { session } = this;
    // One at a time: a slow server gets the next stamp when it has answered.
    if (session === null || this.inFlight !== null) return;
    this.write(session).catch(() => undefined);
  }

  private write(session: ServerSession, sealed = false): Promise<void> {
    const version = this.version;
    if (version === null) return Promise.reject(new Error("no data version to go on from"));
    const beat: Heartbeat = {
      epoch: version.epoch,
      sequence: version.sequence,
      site: this.site,
      time: this.clock(),
      commands: this.commands,
      runId: session.runId,
      history: this.history,
      sealed,
    };
    this.version = { epoch: version.epoch, sequence: version.sequence + 1 };
    const done = setReserved(session, HEARTBEAT_KEY, JSON.stringify(beat)).then(
      () => {
        this.last = beat;
        this.lastError = null;
      },
      (error: Error) => {
        this.failures += 1;
        this.lastError = error.message.split(" ").slice(0, 12).join(" ");
        throw error;
      },
    );
    const settled = done.finally(() => {
      if (this.inFlight === settled) this.inFlight = null;
    });
    this.inFlight = settled;
    settled.catch(() => undefined);
    return settled;
  }
}

/** The guard's own keys always have room: at maxmemory the limit is lifted for this one write. */
async function setReserved(session: ServerSession, key: string, value: string): Promise<void> {
  try {
    await session.beat("SET", key, value);
  } catch (error) {
    if (!/^OOM|out of memory/i.test((error as Error).message)) throw error;
    await session.setAboveLimit(key, value);
  }
}
