import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect as connectTls, type TLSSocket } from "node:tls";
import fc from "fast-check";
import { renderClients } from "../../../components/gateway/clientsProcess";
import { renderLink } from "../../../components/gateway/linkProcess";
import { findProgram } from "../../unpacked";
import { authority } from "./certificates";
import { base, greeting, Sites, until } from "./gatewaySite";

describe("the gateway's configuration", () => {
  it("gives each peer its ports and names, and shows nothing of the link to a site alone", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 0, maxLength: 5 }), (sites) => {
        const config = {
          ...base,
          site: "own-site",
          peers: sites.map((site) => ({ site, address: `${site}.example.com`, port: 7000 })),
        };
        const [clients, link] = [renderClients(config), renderLink(config)];
        const checked = (text: string, site: string): number =>
          text
            .split("\n")
            .filter(
              (line) =>
                line.includes(`server ${site} ${site}.example.com:7000 `) &&
                line.includes("verify required verifyhost "),
            ).length;
        for (const [at, site] of sites.entries()) {
          assert.ok(link.includes(`frontend source_${site}\n  bind :${6381 + at} `));
          assert.ok(link.includes(`frontend guard_${site}\n  bind :${9981 + at} `));
          assert.deepEqual([checked(clients, site), checked(link, site)], [1, 2]);
        }
        assert.equal(clients.includes("frontend link_clients"), sites.length > 0);
      }),
    );
  });

  it("never leads from the link back out", () => {
    for (const [text, expected] of [
      [renderClients(base), ["link_clients", "local_guard"]],
      [renderLink(base), ["local_server", "local_guard"]],
    ] as const) {
      const behindLink = text
        .split("\n\n")
        .filter((part) => expected.some((name) => part.startsWith(`backend ${name}\n`)));
      assert.equal(behindLink.length, 2);
      for (const part of behindLink)
        assert.deepEqual(
          part
            .split("\n")
            .filter((line) => /^ {2}server /.test(line))
            .map((line) => line.trim().split(" ")[1]),
          ["local"],
        );
    }
  });

  it("writes an IPv6 address in brackets and resolves names only", () => {
    const text = renderClients({ ...base, peers: [{ site: "dr", address: "fd00::7", port: 6380 }] });
    assert.match(text, /server dr \[fd00::7\]:6380 (?!.*resolvers)/);
  });

  it("writes a line for each connection only where that is asked for", () => {
    assert.doesNotMatch(renderClients(base), /option tcplog/);
    assert.match(
      renderClients({ ...base, logConnections: true }),
      /log stdout format raw daemon info\n[^]*option tcplog/,
    );
  });
});

describe("the gateway on a real HAProxy", function () {
  this.timeout(180_000);
  const haproxy = findProgram("haproxy");
  let sites: Sites;

  before(function () {
    if (haproxy === null) return this.skip();
    sites = new Sites(haproxy);
  });
  afterEach(() => sites.stopAll());
  after(() => sites.remove());

  it("is valid with no peer, one and several", () => {
    for (const peers of [[], base.peers, [...base.peers, { site: "third", address: "192.0.2.8", port: 443 }]])
      for (const logConnections of [false, true]) sites.check({ ...base, peers, logConnections });
  });

  it(
    "leads clients of both sites to the primary, wherever it is, and closes the sessions of one that is none " +
      "any more",
    async () => {
      const [a, b] = [await sites.start("primary"), await sites.start("dr")];
      a.guard.say("serving 1 readable");
      b.guard.say("closed 1 readable");
      await until("primary", () => greeting(sites.open(a.address, 6379)));
      await until("primary", () => greeting(sites.open(b.address, 6379)));
      await until("dr", () => greeting(sites.open(b.address, 6378)));
      await until("primary", () => greeting(sites.open(a.address, 6378)));
      const session = sites.open(b.address, 6379);
      assert.equal(await greeting(session), "primary");
      const closed = once(session, "close");
      a.guard.say("closed 2 unreadable");
      await closed;
      b.guard.say("serving 2 readable");
      await until("dr", () => greeting(sites.open(a.address, 6379)));
      await until("dr", () => greeting(sites.open(b.address, 6379)));
    },
  );

  it("carries the replica's and the guard's connections to the peer, whatever its role", async () => {
    const [a] = [await sites.start("primary"), await sites.start("dr")];
    await until("dr", () => greeting(sites.open(a.address, 6381)));
    const status = async (path: string): Promise<number> =>
      fetch(`http://${a.address}:9981${path}`, { headers: { connection: "close" } }).then(
        (answer) => answer.status,
        () => 0,
      );
    for (const [path, expected] of [
      ["/status", 200],
      ["/primary", 503],
      ["/gateway?id=a&known=b", 200],
      ["/healthz", 404],
      ["/livez", 404],
      ["/status/../healthz", 404],
    ] as const) {
      await until(String(expected), async () => String(await status(path)));
    }
  });

  it("lets nobody in by the link but a peer who asks for the server or the guard", async () => {
    const { address } = await sites.start("dr");
    const knock = (as: string, servername: string): Promise<string> => {
      const folder = sites.folders[as];
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
      sites.keep(socket);
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
      sites.keep(socket);
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
    const [a, b] = [await sites.start("primary"), await sites.start("dr")];
    const next = authority(join(sites.directory, "next"), "next ca", 3);
    const renewed = { primary: next.issue("primary"), dr: next.issue("dr") };
    await until("test ca", () => shown(b.address, sites.folders["primary"] ?? ""));
    const session = sites.open(a.address, 6381);
    assert.equal(await greeting(session), "dr");
    assert.equal(await shown(b.address, renewed.primary), "refused");

    for (const { link } of [a, b])
      writeFileSync(
        join(link, "peer-ca.crt"),
        ["dr", "primary"]
          .map((site) =>
            readFileSync(join(site === "dr" ? renewed.dr : (sites.folders["dr"] ?? ""), "peer-ca.crt"), "utf8"),
          )
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
    await until("next ca", () => shown(b.address, sites.folders["primary"] ?? ""));
    await until("0", async () => String(await metric(b.address, "renewal_failing")));

    for (const site of [a, b]) copyFileSync(join(renewed.dr, "peer-ca.crt"), join(site.link, "peer-ca.crt"));
    await until("refused", () => shown(b.address, sites.folders["primary"] ?? ""));
    await until("next ca", () => shown(b.address, renewed.primary));
    // a's gateway shows its new certificate, and believes the new authority.
    await until("dr", () => greeting(sites.open(a.address, 6381)));
    assert.equal(session.destroyed, false);
    // The worker that was started last reads its certificate a moment after it listens.
    await until("true", async () =>
      String(Number.isFinite(await metric(b.address, "certificate_expiry_timestamp_seconds"))),
    );
    const inDays = (await metric(b.address, "certificate_expiry_timestamp_seconds")) - Date.now() / 1000;
    assert.ok(inDays > 2.9 * 86_400 && inDays < 3 * 86_400, `expires in ${inDays} s`);
  });

  it("tells its health and its metrics", async () => {
    const { address } = await sites.start("dr");
    await until("200", async () =>
      fetch(`http://${address}:8404/healthz`).then((answer) => String(answer.status), String),
    );
    assert.match(await (await fetch(`http://${address}:8404/metrics`)).text(), /haproxy_server_status/);
    assert.equal((await fetch(`http://${address}:8404/`)).status, 404);
  });
});
