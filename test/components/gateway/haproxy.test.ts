import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { setTimeout as pause } from "node:timers/promises";
import type { ChildProcess } from "node:child_process";
import fc from "fast-check";
import { CONFIGURATION_DIRECTORY, renderHaproxy, type HaproxyConfig } from "../../../components/gateway/haproxy";
import { LINK_DIRECTORY, masterSocket, RENEWAL_FILE, renewalScript } from "../../../components/gateway/renewal";
import { authority } from "./certificates";
import { findProgram } from "../../unpacked";
import { checkConfiguration, startHaproxy } from "./haproxyBinary";

const base: HaproxyConfig = {
  site: "primary",
  namespace: "cache",
  clusterDomain: "cluster.local",
  threads: 1,
  maxConnections: 200,
  peers: [{ site: "dr", address: "192.0.2.7", port: 6380 }],
};

describe("the gateway's configuration", () => {
  it("gives each peer its ports and names, and shows nothing of the link to a site alone", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 0, maxLength: 5 }), (sites) => {
        const text = renderHaproxy({
          ...base,
          site: "own-site",
          peers: sites.map((site) => ({ site, address: `${site}.example.com`, port: 7000 })),
        });
        for (const [at, site] of sites.entries()) {
          assert.ok(text.includes(`frontend source_${site}\n  bind :${6381 + at} `));
          assert.ok(text.includes(`frontend guard_${site}\n  bind :${9981 + at} `));
          assert.equal(
            text
              .split("\n")
              .filter(
                (line) =>
                  line.includes(`server ${site} ${site}.example.com:7000 `) &&
                  line.includes("verify required verifyhost "),
              ).length,
            3,
          );
        }
        assert.equal(text.includes("frontend link"), sites.length > 0);
      }),
    );
  });

  it("never leads from the link back out", () => {
    const text = renderHaproxy(base);
    const behindLink = text.split("\n\n").filter((part) => /^backend local_/.test(part));
    assert.equal(behindLink.length, 2);
    for (const part of behindLink)
      assert.deepEqual(
        part
          .split("\n")
          .filter((line) => /^ {2}server /.test(line))
          .map((line) => line.split(" ")[3]),
        ["local"],
      );
  });

  it("writes an IPv6 address in brackets and resolves names only", () => {
    const text = renderHaproxy({ ...base, peers: [{ site: "dr", address: "fd00::7", port: 6380 }] });
    assert.match(text, /server dr \[fd00::7\]:6380 (?!.*resolvers)/);
  });
});

/** Another run of these tests on the same machine has other addresses, and sockets of other names. */
const OWN = `127.${10 + (Math.floor(process.pid / 250) % 240)}.${process.pid % 250}`;
const socketName = (text: string): string => text.replaceAll("abns@dragonfly-dr-", `abns@dragonfly-dr-${process.pid}-`);

/**
 * What stands for one site: its gateway on an address of its own, a server that says its name, a guard that says what
 * it is told.
 */
interface TestSite {
  readonly address: string;
  readonly guard: { primary: number; readOnly: number };
  /** As the link's Secret is mounted. */
  readonly link: string;
  readonly stop: () => Promise<void>;
}

describe("the gateway on a real HAProxy", function () {
  this.timeout(180_000);
  const haproxy = findProgram("haproxy");
  const directory = mkdtempSync(join(tmpdir(), "gateway-"));
  const sockets: Socket[] = [];
  const sites: TestSite[] = [];
  let folders: Readonly<Record<string, string>> = {};
  let started = 0;

  before(function () {
    if (haproxy === null) this.skip();
    const ca = authority(join(directory, "ca"));
    folders = Object.fromEntries(["primary", "dr", "stranger"].map((site) => [site, ca.issue(site)]));
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const site of sites.splice(0)) await site.stop();
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  it("is valid with no peer, one and several", function () {
    if (haproxy === null) return this.skip();
    for (const peers of [[], base.peers, [...base.peers, { site: "third", address: "192.0.2.8", port: 443 }]]) {
      const file = join(directory, "check.cfg");
      writeFileSync(join(directory, RENEWAL_FILE), renewalScript("primary"));
      writeFileSync(
        file,
        renderHaproxy({ ...base, peers })
          .replaceAll(LINK_DIRECTORY, folders["primary"] ?? "")
          .replaceAll(CONFIGURATION_DIRECTORY, directory)
          .replaceAll(/dragonfly-server\.[a-z.]+/g, "127.0.0.1"),
      );
      const { valid, output } = checkConfiguration(haproxy, file);
      assert.ok(valid, output);
      assert.doesNotMatch(output, /WARNING|ALERT/);
    }
  });

  const listen = async (server: Server | HttpServer, host: string, port: number): Promise<void> => {
    server.listen(port, host);
    await once(server, "listening");
  };

  async function start(site: "primary" | "dr", number: number): Promise<TestSite> {
    assert.ok(haproxy);
    const [address, host, peer] = [`${OWN}.${number}`, `${OWN}.${number + 10}`, `${OWN}.${3 - number}`];
    const guard = { primary: 503, readOnly: 503 };
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => undefined).write(`${site}\n`);
    });
    const api = createHttpServer((request, response) => {
      const status = request.url === "/primary" ? guard.primary : request.url === "/read-only" ? guard.readOnly : 200;
      response.writeHead(status).end(site);
    });
    await listen(server, host, 6379);
    await listen(api, host, 9998);
    const file = join(directory, `${site}.cfg`);
    const config = renderHaproxy({
      ...base,
      site,
      peers: [{ site: site === "primary" ? "dr" : "primary", address: peer, port: 6380 }],
    });
    const link = join(directory, `${site}-${++started}`);
    cpSync(folders[site] ?? "", link, { recursive: true });
    writeFileSync(
      join(link, RENEWAL_FILE),
      socketName(renewalScript(site))
        .replace(LINK_DIRECTORY, link)
        .replace("LOOK_EVERY_MS = 5000", "LOOK_EVERY_MS = 50"),
    );
    writeFileSync(
      file,
      socketName(config)
        .replaceAll(LINK_DIRECTORY, link)
        .replaceAll(CONFIGURATION_DIRECTORY, link)
        .replaceAll(/dragonfly-server\.[a-z.]+/g, host)
        .replaceAll("bind :", `bind ${address}:`),
    );
    const gateway: ChildProcess = startHaproxy(haproxy, file, socketName(masterSocket(site)));
    const made = {
      address,
      guard,
      link,
      stop: async () => {
        server.close();
        api.closeAllConnections();
        api.close();
        if (gateway.exitCode !== null || gateway.signalCode !== null) return;
        // The next one shares its ports for as long as it is there, and some connections would still be its.
        const ended = once(gateway, "exit");
        gateway.kill("SIGTERM");
        await ended;
      },
    };
    sites.push(made);
    return made;
  }

  const open = (address: string, port: number): Socket => {
    const socket = connect({ host: address, port });
    sockets.push(socket.on("error", () => undefined));
    return socket;
  };

  /** The name that the server behind a port says; "" where the connection is closed without a word. */
  const greeting = async (socket: Socket): Promise<string> =>
    new Promise((resolve) => {
      socket.once("data", (data) => resolve(data.toString().trim()));
      socket.once("close", () => resolve(""));
      socket.once("error", () => resolve(""));
    });

  async function until(expected: string, attempt: () => Promise<string>): Promise<void> {
    let seen = "nothing yet";
    for (const end = Date.now() + 40_000; Date.now() < end; await pause(50)) {
      seen = await attempt();
      if (seen === expected) return;
    }
    assert.equal(seen, expected);
  }

  it("leads clients of both sites to the primary, wherever it is, and closes the sessions of one that is none any more", async () => {
    const [a, b] = [await start("primary", 1), await start("dr", 2)];
    a.guard.primary = 200;
    b.guard.readOnly = 200;
    await until("primary", () => greeting(open(a.address, 6379)));
    await until("primary", () => greeting(open(b.address, 6379)));
    await until("dr", () => greeting(open(b.address, 6378)));
    await until("", () => greeting(open(a.address, 6378)));
    const session = open(b.address, 6379);
    assert.equal(await greeting(session), "primary");
    const closed = once(session, "close");
    a.guard.primary = 503;
    b.guard.primary = 200;
    await closed;
    await until("dr", () => greeting(open(a.address, 6379)));
    await until("dr", () => greeting(open(b.address, 6379)));
  });

  it("carries the replica's and the guard's connections to the peer, whatever its role", async () => {
    const [a] = [await start("primary", 1), await start("dr", 2)];
    await until("dr", () => greeting(open(a.address, 6381)));
    const status = async (path: string): Promise<number> =>
      fetch(`http://${a.address}:9981${path}`, { headers: { connection: "close" } }).then(
        (answer) => answer.status,
        () => 0,
      );
    for (const [path, expected] of [
      ["/status", 200],
      ["/primary", 503],
      ["/healthz", 404],
      ["/livez", 404],
      ["/status/../healthz", 404],
    ] as const) {
      await until(String(expected), async () => String(await status(path)));
    }
  });

  it("lets nobody in by the link but a peer who asks for the server or the guard", async () => {
    const { address } = await start("dr", 2);
    const knock = (as: string, servername: string): Promise<string> => {
      const folder = folders[as];
      const credentials =
        folder === undefined
          ? {}
          : { cert: readFileSync(join(folder, "tls.crt")), key: readFileSync(join(folder, "tls.key")) };
      const socket: TLSSocket = connectTls({
        host: address,
        port: 6380,
        servername,
        rejectUnauthorized: false,
        ...credentials,
      });
      sockets.push(socket.on("error", () => undefined));
      return greeting(socket);
    };
    await until("dr", () => knock("primary", "server.dr.dragonfly-dr"));
    assert.equal(await knock("stranger", "server.dr.dragonfly-dr"), "");
    assert.equal(await knock("dr", "server.dr.dragonfly-dr"), "");
    assert.equal(await knock("nobody", "server.dr.dragonfly-dr"), "");
    for (const name of ["dr.dragonfly-dr", "server.primary.dragonfly-dr", "elsewhere"])
      assert.equal(await knock("primary", name), "", name);
  });

  /** The authority of the certificate that is shown to a peer with `credentials`; "refused" where it is not let in. */
  const shown = (address: string, credentials: string): Promise<string> =>
    new Promise((resolve) => {
      const [cert, key] = ["tls.crt", "tls.key"].map((name) => readFileSync(join(credentials, name)));
      const socket = connectTls({
        host: address,
        port: 6380,
        servername: "server.dr.dragonfly-dr",
        rejectUnauthorized: false,
        cert,
        key,
      });
      sockets.push(socket);
      socket.on("error", () => resolve("refused")).once("close", () => resolve("refused"));
      socket.once("data", () => resolve(String(socket.getPeerCertificate().issuer.CN)));
    });
  const metric = async (address: string, name: string): Promise<number> =>
    Number(
      new RegExp(`^dragonfly_dr_link_${name}\\{site="dr"\\} (\\d+)$`, "m").exec(
        await (await fetch(`http://${address}:8404/metrics/link`)).text(),
      )?.[1],
    );

  it("takes new certificates and authorities in both directions without ending a connection", async () => {
    const [a, b] = [await start("primary", 1), await start("dr", 2)];
    const next = authority(join(directory, "next"), "next ca", 3);
    const renewed = { primary: next.issue("primary"), dr: next.issue("dr") };
    await until("test ca", () => shown(b.address, folders["primary"] ?? ""));
    const session = open(a.address, 6381);
    assert.equal(await greeting(session), "dr");
    assert.equal(await shown(b.address, renewed.primary), "refused");

    for (const { link } of [a, b])
      writeFileSync(
        join(link, "peer-ca.crt"),
        ["dr", "primary"]
          .map((site) => readFileSync(join(site === "dr" ? renewed.dr : (folders["dr"] ?? ""), "peer-ca.crt"), "utf8"))
          .join("\n\n"),
      );
    await until("test ca", () => shown(b.address, renewed.primary));

    // As the kubelet would never do it: certificate and key that do not belong together.
    copyFileSync(join(renewed.dr, "tls.crt"), join(b.link, "tls.crt"));
    await until("1", async () => String(await metric(b.address, "renewal_failing")));
    // Until the worker from before has left the port, it may be the one that answers.
    await until("test ca", () => shown(b.address, renewed.primary));
    copyFileSync(join(renewed.dr, "tls.key"), join(b.link, "tls.key"));
    for (const name of ["tls.crt", "tls.key"]) copyFileSync(join(renewed.primary, name), join(a.link, name));
    await until("next ca", () => shown(b.address, folders["primary"] ?? ""));
    await until("0", async () => String(await metric(b.address, "renewal_failing")));

    for (const site of [a, b]) copyFileSync(join(renewed.dr, "peer-ca.crt"), join(site.link, "peer-ca.crt"));
    await until("refused", () => shown(b.address, folders["primary"] ?? ""));
    await until("next ca", () => shown(b.address, renewed.primary));
    // a's gateway shows its new certificate, and believes the new authority.
    await until("dr", () => greeting(open(a.address, 6381)));
    assert.equal(session.destroyed, false);
    const inDays = (await metric(b.address, "certificate_expiry_timestamp_seconds")) - Date.now() / 1000;
    assert.ok(inDays > 2.9 * 86_400 && inDays < 3 * 86_400, `expires in ${inDays} s`);
  });

  it("tells its health and its metrics", async () => {
    const { address } = await start("dr", 2);
    await until("200", async () =>
      fetch(`http://${address}:8404/healthz`).then((answer) => String(answer.status), String),
    );
    assert.match(await (await fetch(`http://${address}:8404/metrics`)).text(), /haproxy_server_check_status/);
    assert.equal((await fetch(`http://${address}:8404/`)).status, 404);
  });
});
