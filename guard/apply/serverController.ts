import { existsSync, linkSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseInfo, parseReplication } from "../../server/replication";
import { closeUser, deleteUser, openUser, openUserReadOnly, type AclArguments } from "../../server/acl/commands";
import type { AclUser } from "../../server/acl/user";
import type { PeerAddress } from "../../contract/siteFile";
import type { GuardConfig } from "../config";
import type { ClientAccess } from "../remember/guardState";
import { accessPlan, usersWithSessions } from "./access";
import type { ServerSession } from "../server/serverSession";
import type { ReplicationPosition } from "../../contract/siteRole";

/** Not a password of this site: with it a Redis replica cannot attach by itself. */
const WITHHELD = "withheld";
const DUMP_STEP_MS = 100;
/** The copy that the last full sync replaced; Redis only, for Dragonfly's dumps have a time in their names. */
const BEFORE_SYNC = "before-sync.rdb";
/** A Redis primary's own dump, some four a day, where nothing else asks for one. */
const REDIS_SAVE = "21600 1";

const SESSIONS_LIMIT_MS = 1_000;
const SESSIONS_STEP_MS = 20;
/** A dump that was asked for and did not begin is given up after so long. */
const DUMP_BEGIN_LIMIT_MS = 5_000;

/** Whoever lost a right goes on: the server's process has to end. */
export class SessionsLeft extends Error {
  override readonly name = "SessionsLeft";
}

/** Carries out on one run of the server what was judged. Every method throws when the server did not agree. */
export class ServerController {
  constructor(
    private readonly config: GuardConfig,
    private readonly session: ServerSession,
    private readonly dataDir: string,
  ) {}

  /** @throws SessionsLeft when somebody who lost a right still has a session. */
  async setAccess(access: Exclude<ClientAccess, "unknown">): Promise<void> {
    const { engine, users } = this.config.site;
    const plan = accessPlan(this.config.site, access);
    // Closing first, and all at once: what follows must not delay it.
    const shut = access === "closed" || access === "handover";
    await this.close(plan.closed, shut);
    const unknown = await this.dropUnknownUsers(users);
    if (engine === "redis")
      await Promise.all(unknown.map((name) => this.session.steer("CLIENT", "KILL", "USER", name)));
    const losers = [...plan.closed.map((user) => user.name), ...unknown];
    await this.acl([
      ...[...plan.standing, ...plan.open].map((user) => openUser(engine, user, this.password(user))),
      ...plan.readOnly.map((user) => openUserReadOnly(engine, user, this.password(user))),
    ]);
    if (losers.length > 0) await this.awaitSessionsEnded(new Set(losers));
  }

  /** Rule 0: closing is finished when no session is left; a script can outlive its user's rights. */
  private async awaitSessionsEnded(users: ReadonlySet<string>): Promise<void> {
    const until = performance.now() + SESSIONS_LIMIT_MS;
    for (;;) {
      const present = usersWithSessions(String(await this.session.steer("CLIENT", "LIST")));
      const left = [...users].filter((name) => present?.has(name) === true);
      if (left.length === 0) return;
      if (performance.now() > until) throw new SessionsLeft(`sessions of ${left.join(", ")} do not end`);
      await new Promise((resolve) => setTimeout(resolve, SESSIONS_STEP_MS));
    }
  }

  /**
   * On Redis users and sessions in one transaction: no session sees a user that is closed. `strangers`: sessions that
   * have not logged in yet end, too, for they would be refused.
   */
  private async close(users: readonly AclUser[], strangers: boolean): Promise<void> {
    const { engine } = this.config.site;
    const acl = users.map((user) => closeUser(engine, user));
    if (engine === "dragonfly") return this.acl(acl);
    const names = new Set([...users.map(({ name }) => name), ...(strangers ? ["default"] : [])]);
    const kills = [...names].map((name) => ["CLIENT", "KILL", "USER", name]);
    const together = [...acl.map((command) => ["ACL", ...command]), ...kills];
    if (together.length === 0) return;
    await this.session.steerTogether(together).catch(async () => {
      // A server of a version before may not let the guard begin a transaction: closing does not depend on it.
      await this.acl(acl);
      await Promise.all(kills.map(([name = "", ...rest]) => this.session.steer(name, ...rest)));
    });
  }

  async follow(peer: PeerAddress): Promise<void> {
    if (this.config.site.engine === "redis") this.keepLastDump();
    await this.session.steer("REPLICAOF", peer.host, peer.serverPort);
  }

  async promote(): Promise<void> {
    await this.session.steer("REPLICAOF", "NO", "ONE");
  }

  async setCredentials(credentials: "given" | "withheld"): Promise<void> {
    await this.session.steer("CONFIG", "SET", "masteruser", "replication");
    await this.session.steer(
      "CONFIG",
      "SET",
      "masterauth",
      credentials === "given" ? (this.config.passwords["replication"] ?? "") : WITHHELD,
    );
  }

  async setDumps(dumps: "on" | "off"): Promise<void> {
    const { engine, dbfilename, snapshotCron } = this.config.site;
    const on = dumps === "on";
    if (engine === "redis") {
      await this.session.steer("CONFIG", "SET", "save", on ? REDIS_SAVE : "");
      await this.session.steer("CONFIG", "SET", "shutdown-on-sigterm", on ? "save" : "nosave");
    } else {
      await this.session.steer("CONFIG", "SET", "dbfilename", on ? dbfilename : "");
      await this.session.steer("CONFIG", "SET", "snapshot_cron", on ? (snapshotCron ?? "") : "");
    }
  }

  /** Where a Redis primary's stream ends; Dragonfly proves its handover itself. */
  async position(): Promise<ReplicationPosition | null> {
    if (this.config.site.engine === "dragonfly") return null;
    const { replicationId, offset } = parseReplication(
      String(await this.session.steer("INFO", "replication")),
      "redis",
    );
    if (replicationId === null || offset === null) throw new Error("INFO replication: no replication id or offset");
    return { replicationId, offset };
  }

  /** A dump beside the usual one, under a name that no file has yet. @returns its file name once it is whole. */
  async saveAs(name: string): Promise<string> {
    if (this.config.site.engine === "dragonfly") {
      const free = this.freeName(name, "-summary.dfs");
      await this.saveWhenIdle(free);
      return free;
    }
    const file = `${this.freeName(name, ".rdb")}.rdb`;
    const before = await this.setting("dbfilename");
    await this.session.steer("CONFIG", "SET", "dbfilename", file);
    try {
      await this.session.steer("BGSAVE", "SCHEDULE");
      await this.awaitDump(join(this.dataDir, file));
      return file;
    } finally {
      await this.session.steer("CONFIG", "SET", "dbfilename", before);
    }
  }

  private async awaitDump(path: string): Promise<void> {
    const begins = performance.now() + DUMP_BEGIN_LIMIT_MS;
    for (;;) {
      const info = parseInfo(String(await this.session.steer("INFO", "persistence")));
      const busy = info.get("rdb_bgsave_in_progress") === "1";
      if (!busy && existsSync(path) && statSync(path).size > 0) return;
      if (!busy && info.get("rdb_last_bgsave_status") !== "ok") throw new Error("BGSAVE failed; is the volume full?");
      if (!busy && performance.now() > begins) throw new Error("BGSAVE wrote nothing");
      await new Promise((resolve) => setTimeout(resolve, DUMP_STEP_MS));
    }
  }

  /** A dump that is there is of something else: it is kept, and never taken for this one. */
  private freeName(name: string, ending: string): string {
    const taken = (candidate: string): boolean => existsSync(join(this.dataDir, `${candidate}${ending}`));
    let candidate = name;
    for (let i = 2; taken(candidate); i++) candidate = `${name}-${i}`;
    return candidate;
  }

  /** A full sync gives Redis' dump the source's data: until the next one the copy that it replaces stays, by a link. */
  private keepLastDump(): void {
    const last = join(this.dataDir, this.config.site.dbfilename);
    if (!existsSync(last)) return;
    const kept = join(this.dataDir, BEFORE_SYNC);
    rmSync(kept, { force: true });
    linkSync(last, kept);
  }

  /** One dump at a time: another one, of a schedule or a snapshot, is waited for. */
  private async saveWhenIdle(name: string): Promise<void> {
    for (;;) {
      try {
        await this.session.slow("SAVE", "DF", name);
        return;
      } catch (error) {
        if (!/SAVING|in progress/i.test((error as Error).message)) throw error;
        await new Promise((resolve) => setTimeout(resolve, DUMP_STEP_MS));
      }
    }
  }

  private async setting(key: string): Promise<string> {
    const reply = (await this.session.steer("CONFIG", "GET", key)) as string[];
    return reply[1] ?? "";
  }

  private async acl(commands: readonly AclArguments[]): Promise<void> {
    await Promise.all(commands.map(([sub = "", ...rest]) => this.session.steer("ACL", sub, ...rest)));
  }

  /** Users that were taken out of the configuration. @returns their names. */
  private async dropUnknownUsers(users: readonly AclUser[]): Promise<readonly string[]> {
    const known = new Set(["default", ...users.map((user) => user.name)]);
    const present = (await this.session.steer("ACL", "USERS")) as string[];
    const unknown = present.filter((name) => !known.has(name));
    await this.acl(unknown.map(deleteUser));
    return unknown;
  }

  private password(user: AclUser): string {
    return this.config.passwords[user.name] ?? "";
  }
}
