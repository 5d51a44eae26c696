import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Redis from "ioredis";
import { GuardApi } from "../../guard/http/api";
import type { GuardConfig } from "../../guard/config";
import { Guard, type GuardDependencies } from "../../guard/guard";
import { StateFile } from "../../guard/remember/stateFile";
import type { RoleView } from "../../guard/observe/observation";
import { parseStat, type ServerProcess } from "../../guard/server/serverProcess";
import { missingProof } from "../../guard/decide/proof";
import { ServerSession } from "../../guard/server/serverSession";
import type { SiteRoleSpec } from "../../contract/siteRole";
import { siteUsers } from "../../server/acl/builtin";
import { renderAclFile } from "../../server/acl/render";
import type { AclUser } from "../../server/acl/user";
import { serverArgs } from "../../server/flags";
import { bytes, siteName, type SiteName } from "../../server/types";
import { freePort } from "../support/ports";

const APPLICATION: AclUser = {
  name: "appcache",
  kind: "application",
  keys: ["cache:*"],
  channels: [],
  commands: ["+@all", "-@dangerous", "+info"],
};
const USERS = siteUsers("redis", [APPLICATION]);
const PASSWORDS: Record<string, string> = Object.fromEntries(
  ["default", ...USERS.map((user) => user.name)].map((name) => [name, `password-of-${name}`]),
);

/** A TCP way between two sites that can be cut: connections stay open and nothing passes. */
class Way {
  private readonly sockets = new Set<Socket>();
  private cut = false;
  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly port: number,
  ) {}

  static async to(target: number): Promise<Way> {
    const server = createServer((inside) => way.join(inside, connectTcp(target, "127.0.0.1")));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const way: Way = new Way(server, (server.address() as AddressInfo).port);
    return way;
  }

  private join(a: Socket, b: Socket): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      this.sockets.add(from);
      from.on("error", () => undefined);
      from.on("close", () => {
        this.sockets.delete(from);
        to.destroy();
      });
      from.on("data", (chunk) => to.write(chunk));
      if (this.cut) from.pause();
    }
  }

  setCut(cut: boolean): void {
    this.cut = cut;
    for (const socket of this.sockets) {
      if (cut) socket.pause();
      else socket.resume();
    }
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

/**
 * One site without Kubernetes: a real redis-server restarted as the kubelet would, and the guard's own classes beside
 * it.
 */
export class LiveSite {
  readonly folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-guard-"));
  role: RoleView = { kind: "missing" };
  /** What this site's guard asks of a handover. */
  prove: typeof missingProof = missingProof;
  /** For load that is written to this site. */
  readonly credentials = { username: "appcache", password: PASSWORDS["appcache"] ?? "" };
  /** The snapshots' process beside this site's guard. */
  snapshots: GuardDependencies["snapshots"] = null;
  guard: Guard | null = null;
  /** What this site's guard does with a primary that came back with older data. */
  onCrash: "recover" | "hold" = "recover";
  /** … and with a server that does not answer. */
  onSilent: "wait" | "end" = "wait";
  readonly lines: string[] = [];
  private api: GuardApi | null = null;
  private server: ChildProcess | null = null;
  private restarts = true;

  constructor(
    readonly site: SiteName,
    private readonly binary: { readonly path: string; readonly libraries: string | null },
    readonly serverPort: number,
    readonly guardPort: number,
  ) {
    mkdirSync(join(this.folder, "data"));
    const hashes = Object.fromEntries(
      Object.entries(PASSWORDS).map(([name, password]) => [name, createHash("sha256").update(password).digest("hex")]),
    );
    writeFileSync(join(this.folder, "users.acl"), renderAclFile("redis", USERS, "locked", hashes));
  }

  runServer(): void {
    const config = {
      engine: "redis",
      threads: 1,
      maxmemory: bytes(2 ** 26),
      memoryLimit: bytes(2 ** 28),
      eviction: "refuse",
      slowlog: { thresholdMicroseconds: 10_000, maxLength: 10 },
      bullmq: "off",
      extraArgs: [],
    } as const;
    const args = [...serverArgs(config), "--bind", "127.0.0.1"];
    // The program's paths and port stand for a pod's own; here they are this site's.
    const own: Record<string, string> = {
      "--port": String(this.serverPort),
      "--dir": join(this.folder, "data"),
      "--aclfile": join(this.folder, "users.acl"),
    };
    for (const [flag, value] of Object.entries(own)) args[args.indexOf(flag) + 1] = value;
    const env =
      this.binary.libraries === null ? process.env : { ...process.env, LD_LIBRARY_PATH: this.binary.libraries };
    const child = spawn(this.binary.path, args, { env, stdio: "ignore" });
    this.server = child;
    child.on("exit", () => {
      if (this.server === child && this.restarts) this.runServer();
    });
  }

  get serverPid(): number | undefined {
    return this.server?.pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.server?.kill(signal);
  }

  private process(): ServerProcess | null {
    const pid = this.server?.pid;
    if (pid === undefined || this.server?.exitCode !== null || this.server.signalCode !== null) return null;
    const stat = parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
    return stat === null ? null : { pid, runId: `${pid}-${stat.startTicks}` };
  }

  startGuard(peer: { site: SiteName; serverPort: number; guardPort: number }): void {
    const config: GuardConfig = {
      site: {
        site: this.site,
        namespace: "cache",
        engine: "redis",
        snapshotCron: null,
        dbfilename: "dump.rdb",
        peers: [{ ...peer, host: "127.0.0.1" }],
        users: USERS,
        defaultUser: "locked",
        onPeerUnreachable: "hold",
        onCrash: this.onCrash,
        onSilent: this.onSilent,
      },
      passwords: PASSWORDS,
      usersHash: "one",
    };
    const roles = {
      role: () => this.role,
      create: () => Promise.reject(new Error("not in this test")),
      generation: () => 1,
      reachable: true,
    };
    const processes = {
      find: () => this.process(),
      end: (runId: string, signal: NodeJS.Signals) => {
        if (this.process()?.runId === runId) this.signal(signal);
      },
    };
    const guard = new Guard(
      config,
      new StateFile(join(this.folder, "data/guard/state.json")),
      {
        roles,
        processes,
        openSession: (runId, passwords) =>
          new ServerSession(runId, "redis", passwords, processes, "127.0.0.1", this.serverPort),
        dataDir: join(this.folder, "data"),
        prove: (...asked) => this.prove(...asked),
        snapshots: this.snapshots,
      },
      () => undefined,
      (line) => this.lines.push(line),
    );
    this.guard = guard;
    this.api = new GuardApi(guard, guard.gateways).listen(this.guardPort, "127.0.0.1");
    guard.start();
  }

  stopGuard(): void {
    this.guard?.stop();
    this.api?.close();
    this.guard = null;
  }

  say(spec: Omit<SiteRoleSpec, "site">): void {
    this.role = { kind: "present", spec: { site: this.site, ...spec }, reported: null };
    this.guard?.trigger();
  }

  private async listens(): Promise<boolean> {
    const socket = connectTcp(this.serverPort, "127.0.0.1");
    try {
      await once(socket, "connect");
      return true;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  }

  /** Rejects when the server refuses the user. */
  async client(user = "appcache"): Promise<Redis> {
    await until(`${this.site}'s server listens`, () => this.listens());
    const redis = new Redis({
      host: "127.0.0.1",
      port: this.serverPort,
      username: user,
      password: PASSWORDS[user] ?? "",
      lazyConnect: true,
      retryStrategy: () => null,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      enableReadyCheck: false,
      disableClientInfo: true,
    });
    redis.on("error", () => undefined);
    await redis.connect();
    return redis;
  }

  async stop(): Promise<void> {
    this.restarts = false;
    this.stopGuard();
    const { server } = this;
    if (server !== null && server.exitCode === null && server.signalCode === null) {
      const ended = once(server, "exit");
      server.kill("SIGKILL");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class LivePair {
  private constructor(
    readonly a: LiveSite,
    readonly b: LiveSite,
    private readonly ways: { readonly ab: { server: Way; guard: Way }; readonly ba: { server: Way; guard: Way } },
  ) {}

  static async start(binary: { readonly path: string; readonly libraries: string | null }): Promise<LivePair> {
    const a = new LiveSite(siteName("a"), binary, await freePort(), await freePort());
    const b = new LiveSite(siteName("b"), binary, await freePort(), await freePort());
    const ways = {
      ab: { server: await Way.to(b.serverPort), guard: await Way.to(b.guardPort) },
      ba: { server: await Way.to(a.serverPort), guard: await Way.to(a.guardPort) },
    };
    const pair = new LivePair(a, b, ways);
    for (const site of [a, b]) {
      site.runServer();
      pair.startGuard(site);
    }
    return pair;
  }

  startGuard(site: LiveSite): void {
    const [peer, way] = site === this.a ? [this.b, this.ways.ab] : [this.a, this.ways.ba];
    site.startGuard({ site: peer.site, serverPort: way.server.port, guardPort: way.guard.port });
  }

  setCut(cut: boolean): void {
    for (const { server, guard } of [this.ways.ab, this.ways.ba]) {
      server.setCut(cut);
      guard.setCut(cut);
    }
  }

  /** What a's server sends to b's replica does not arrive; the guards go on hearing of each other. */
  setReplicationCut(cut: boolean): void {
    this.ways.ba.server.setCut(cut);
  }

  async stop(): Promise<void> {
    await Promise.all([this.a.stop(), this.b.stop()]);
    for (const { server, guard } of [this.ways.ab, this.ways.ba]) {
      server.close();
      guard.close();
    }
  }
}

/** @throws Error with what was last seen, when `condition` does not come true in time. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  seen: () => unknown = () => "",
  ms = 40_000,
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}; seen: ${JSON.stringify(seen())}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
