import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  CONFIGURATION_DIRECTORY,
  FILES,
  LINK_DIRECTORY,
  masterSocket,
  type GatewayProcess,
} from "../../../components/gateway/files";
import { gatewayFiles } from "../../../components/gateway/haproxy";
import type { HaproxyConfig } from "../../../components/gateway/haproxyConfig";
import type { Program } from "../../unpacked";
import { authority } from "./certificates";
import { checkConfiguration, startHaproxy } from "./haproxyBinary";
import { StubGuard } from "./stubGuard";

export const base: HaproxyConfig = {
  site: "primary",
  namespace: "cache",
  clusterDomain: "cluster.local",
  threads: 1,
  maxConnections: 2_000,
  holdSeconds: 5,
  holdSessions: 1_000,
  linkSessionRate: 400,
  logConnections: false,
  peers: [{ site: "dr", address: "192.0.2.7", port: 6380 }],
};

export type TestSiteName = "primary" | "dr";

/** Another run of these tests on the same machine has other addresses, and sockets of other names. */
const OWN = `127.${10 + (Math.floor(process.pid / 250) % 240)}.${process.pid % 250}`;
const socketName = (text: string): string => text.replaceAll("abns@dragonfly-dr-", `abns@dragonfly-dr-${process.pid}-`);

/**
 * One site: its gateway on an address of its own, a server that says its name, and a guard that says what it is told.
 */
export interface TestSite {
  readonly address: string;
  /** Where its server and its guard are. */
  readonly host: string;
  readonly guard: StubGuard;
  /** Sessions that the server has now. */
  readonly sessions: Set<Socket>;
  /** As the link's Secret is mounted. */
  readonly link: string;
  readonly processes: Readonly<Record<GatewayProcess, ChildProcess>>;
  /** No more connections to the server; those that are there stay. */
  readonly refuse: () => void;
  readonly stop: () => Promise<void>;
}

const listen = async (server: Server | HttpServer, host: string, port: number): Promise<void> => {
  server.listen(port, host);
  await once(server, "listening");
};

const INSTANT = [
  ["LOOK_EVERY_MS = 5000", "LOOK_EVERY_MS = 50"],
  ["PATIENCE_MS = 3000", "PATIENCE_MS = 1000"],
  ["ANSWER_WITHIN_S = 8", "ANSWER_WITHIN_S = 1"],
] as const;

/** Sites on real HAProxy processes, and what a test does with them. */
export class Sites {
  readonly directory = mkdtempSync(join(tmpdir(), "gateway-"));
  readonly folders: Readonly<Record<string, string>>;
  private readonly sockets: Socket[] = [];
  private readonly running: TestSite[] = [];
  private started = 0;

  constructor(private readonly haproxy: Program) {
    const ca = authority(join(this.directory, "ca"));
    this.folders = Object.fromEntries(["primary", "dr", "stranger"].map((site) => [site, ca.issue(site)]));
  }

  /** Writes the files of a gateway as its ConfigMap would hold them. @returns the folder. */
  write(config: HaproxyConfig, place: (text: string) => string): string {
    const folder = join(this.directory, `${config.site}-${++this.started}`);
    cpSync(this.folders[config.site] ?? "", folder, { recursive: true });
    for (const [name, text] of Object.entries(gatewayFiles(config)))
      writeFileSync(
        join(folder, name),
        place(socketName(text).replaceAll(LINK_DIRECTORY, folder).replaceAll(CONFIGURATION_DIRECTORY, folder)),
      );
    return folder;
  }

  check(config: HaproxyConfig): void {
    const folder = this.write(config, (text) => text.replaceAll(/dragonfly-server\.[a-z.]+/g, "127.0.0.1"));
    const files = config.peers.length === 0 ? [FILES.clients] : [FILES.clients, FILES.link];
    for (const file of files) {
      const { valid, output } = checkConfiguration(this.haproxy, join(folder, file));
      assert.ok(valid, output);
      assert.doesNotMatch(output, /WARNING|ALERT/);
    }
  }

  /**
   * @param resolver a DNS server (address:port) that is asked for the server's name; without it the name is replaced by
   * the address.
   */
  async start(site: TestSiteName, settings: Partial<HaproxyConfig> = {}, resolver?: string): Promise<TestSite> {
    const number = site === "primary" ? 1 : 2;
    const [address, host, peer] = [`${OWN}.${number}`, `${OWN}.${number + 10}`, `${OWN}.${3 - number}`];
    const guard = new StubGuard();
    const sessions = new Set<Socket>();
    const server = createServer((socket) => {
      sessions.add(socket);
      socket.on("close", () => sessions.delete(socket)).on("error", () => undefined);
      socket.write(`${site}\n`);
    });
    const api = createHttpServer((request, response) => guard.answer(request, response));
    await listen(server, host, 6379);
    await listen(api, host, 9998);
    const folder = this.write(
      {
        ...base,
        site,
        peers: [{ site: site === "primary" ? "dr" : "primary", address: peer, port: 6380 }],
        ...settings,
      },
      (text) =>
        INSTANT.reduce((now, [usual, instant]) => now.replace(usual, instant), text)
          .replaceAll(
            resolver === undefined ? /dragonfly-server\.[a-z.]+/g : "parse-resolv-conf",
            resolver === undefined ? host : `nameserver test ${resolver}`,
          )
          .replaceAll("bind :", `bind ${address}:`),
    );
    const run = (process: GatewayProcess, file: string): ChildProcess =>
      startHaproxy(this.haproxy, join(folder, file), socketName(masterSocket(site, process)));
    const processes = { clients: run("clients", FILES.clients), link: run("link", FILES.link) };
    const made: TestSite = {
      address,
      host,
      guard,
      sessions,
      link: folder,
      processes,
      refuse: () => server.close(),
      stop: async () => {
        server.close();
        api.closeAllConnections();
        api.close();
        for (const session of sessions) session.destroy();
        for (const gateway of Object.values(processes)) {
          if (gateway.exitCode !== null || gateway.signalCode !== null) continue;
          // The next one shares its ports for as long as it is there, and some connections would still be its.
          const ended = once(gateway, "exit");
          gateway.kill("SIGTERM");
          await ended;
        }
      },
    };
    this.running.push(made);
    return made;
  }

  open(address: string, port: number): Socket {
    const socket = connect({ host: address, port });
    this.keep(socket);
    return socket;
  }

  keep(socket: Socket): void {
    this.sockets.push(socket.on("error", () => undefined));
  }

  async stopAll(): Promise<void> {
    for (const socket of this.sockets.splice(0)) socket.destroy();
    for (const site of this.running.splice(0)) await site.stop();
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The name that the server behind a port says; "" where the connection is closed without a word. */
export const greeting = async (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    if (socket.destroyed) return resolve("");
    socket.once("data", (data) => resolve(data.toString().trim()));
    socket.once("close", () => resolve(""));
    socket.once("error", () => resolve(""));
  });

export async function until(expected: string, attempt: () => Promise<string>): Promise<void> {
  let seen = "nothing yet";
  for (const end = Date.now() + 100_000; Date.now() < end; await pause(20)) {
    seen = await attempt();
    if (seen === expected) return;
  }
  assert.equal(seen, expected);
}
