import { existsSync, linkSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseInfo, parseReplication } from "../../server/replication";
import { closeUser, deleteUser, openUser, openUserReadOnly, type AclArguments } from "../../server/acl/commands";
import { passwordDefaultUser } from "../../server/acl/builtin";
import type { AclUser } from "../../server/acl/user";
import type { PeerAddress } from "../../contract/siteFile";
import type { GuardConfig } from "../config";
import type { ClientAccess } from "../remember/guardState";
import type { ServerSession } from "../server/serverSession";
import type { ReplicationPosition } from "../../contract/siteRole";

/** Not a password of this site: with it a Redis replica cannot attach by itself. */
const WITHHELD = "withheld";
const DUMP_STEP_MS = 100;
/** The copy that the last full sync replaced; Redis only, for Dragonfly's dumps have a time in their names. */
const BEFORE_SYNC = "before-sync.rdb";
/** A Redis primary's own dump, some four a day, where nothing else asks for one. */
const REDIS_SAVE = "21600 1";

/** Carries out on one run of the server what was judged. Every method throws when the server did not agree. */
export class ServerController {
  constructor(
    private readonly config: GuardConfig,
    private readonly session: ServerSession,
    private readonly dataDir: string,
  ) {}

  async setAccess(access: Exclude<ClientAccess, "unknown">): Promise<void> {
    const { engine, users, defaultUser } = this.config.site;
    const applications: AclUser[] = users.filter((user) => user.kind === "application");
    if (defaultUser === "password") applications.push(passwordDefaultUser);
    const replication = users.filter((user) => user.kind === "replication");
    const standing = users.filter((user) => user.kind === "guard" || user.kind === "monitoring");
    const open = access === "open" || access === "read-only";
    const closing = [...(open ? [] : applications), ...(access === "open" || access === "handover" ? [] : replication)];

    // Closing first, and all at once: what follows must not delay it.
    await this.close(closing, !open);
    if (!open) return;
    await this.acl([
      ...standing.map((user) => openUser(engine, user, this.password(user))),
      ...(access === "open" ? replication.map((user) => openUser(engine, user, this.password(user))) : []),
      ...applications.map((user) =>
        (access === "open" ? openUser : openUserReadOnly)(engine, user, this.password(user)),
      ),
    ]);
    await this.dropUnknownUsers(users);
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

  /** A dump beside the usual one, under its own name. @returns its file name once it is whole. */
  async saveAs(name: string): Promise<string> {
    if (this.config.site.engine === "dragonfly") {
      await this.saveWhenIdle(name);
      return name;
    }
    const file = `${name}.rdb`;
    const before = await this.setting("dbfilename");
    await this.session.steer("CONFIG", "SET", "dbfilename", file);
    try {
      await this.session.steer("BGSAVE", "SCHEDULE");
      for (;;) {
        const info = parseInfo(String(await this.session.steer("INFO", "persistence")));
        const busy = info.get("rdb_bgsave_in_progress") === "1";
        if (!busy && existsSync(join(this.dataDir, file)) && statSync(join(this.dataDir, file)).size > 0) return file;
        if (!busy && info.get("rdb_last_bgsave_status") !== "ok") throw new Error("BGSAVE failed; is the volume full?");
        await new Promise((resolve) => setTimeout(resolve, DUMP_STEP_MS));
      }
    } finally {
      await this.session.steer("CONFIG", "SET", "dbfilename", before);
    }
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

  private async dropUnknownUsers(users: readonly AclUser[]): Promise<void> {
    const known = new Set(["default", ...users.map((user) => user.name)]);
    const present = (await this.session.steer("ACL", "USERS")) as string[];
    await this.acl(present.filter((name) => !known.has(name)).map(deleteUser));
  }

  private password(user: AclUser): string {
    return this.config.passwords[user.name] ?? "";
  }
}
