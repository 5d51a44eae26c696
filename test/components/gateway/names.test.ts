import assert from "node:assert/strict";
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { decode, encode } from "dns-packet";
import { findProgram } from "../../unpacked";
import { greeting, Sites, until } from "./gatewaySite";

/** A DNS server that knows one address, whatever it is asked. */
class OneAddress {
  address: string | null = null;
  private constructor(private readonly socket: UdpSocket) {
    socket.on("message", (message, { port, address }) => {
      const { id, questions = [] } = decode(message);
      const answers = questions.flatMap(({ name, type }) =>
        type === "A" && this.address !== null ? [{ type, name, ttl: 1, data: this.address } as const] : [],
      );
      if (this.address !== null)
        socket.send(
          encode({ type: "response", ...(id === undefined ? {} : { id }), questions, answers }),
          port,
          address,
        );
    });
  }

  static async open(): Promise<OneAddress> {
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    return new OneAddress(socket);
  }

  get place(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  close(): void {
    this.socket.close();
  }
}

describe("names that the gateway resolves, on a real HAProxy", function () {
  this.timeout(300_000);
  const haproxy = findProgram("haproxy");
  let sites: Sites;
  let dns: OneAddress;

  before(async function () {
    if (haproxy === null) return this.skip();
    sites = new Sites(haproxy);
    dns = await OneAddress.open();
  });
  afterEach(() => sites.stopAll());
  after(() => {
    sites.remove();
    dns.close();
  });

  it("are followed when they move, and keep their address while no answer comes", async () => {
    const other = await sites.start("dr");
    const a = await sites.start("primary", { peers: [] }, dns.place);
    dns.address = a.host;
    a.guard.say("serving 1 readable");
    other.guard.say("serving 2 readable");
    const by = (): Promise<string> => greeting(sites.open(a.address, 6379));
    await until("primary", by);
    dns.address = null;
    const silentSince = performance.now();
    while (performance.now() - silentSince < 5_000) assert.equal(await by(), "primary");
    dns.address = other.host;
    const moved = performance.now();
    await until("dr", by);
    console.log(`      ${Math.round(performance.now() - moved)} ms after the name had moved`);
  });
});
