import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { decode, encode, type Answer, type Packet } from "dns-packet";
import { frame, Unframer } from "../../../resolver/wire/framing";
import { freePort } from "../../support/ports";

export interface Asked {
  readonly name: string;
  readonly type: string;
  readonly transport: "udp" | "tcp";
  readonly port: number;
  readonly id: number;
  readonly flagCd: boolean;
  readonly flagDo: boolean;
  /** The size that OPT says; undefined without one. */
  readonly ednsBytes: number | undefined;
}

/** What the server does with a question: records, a code, silence, or bytes of the test's own making. */
export interface Script {
  readonly answers?: Answer[];
  readonly authorities?: Answer[];
  readonly additionals?: Answer[];
  readonly rcode?: number;
  readonly flags?: number;
  readonly truncatedOverUdp?: boolean;
  /** Takes the reply's bytes and says what is sent: none, one or several packets. */
  readonly tamper?: (reply: Buffer) => readonly Buffer[];
  readonly delayMs?: number;
  /** Takes what sends the reply, to call it when the test likes. */
  readonly hold?: (release: () => void) => void;
}

export type Scenario = (asked: Asked) => Script;

export const record = (name: string, ttl: number, address = "192.0.2.1"): Answer => ({
  type: "A",
  name,
  ttl,
  data: address,
});
export const soa = (name: string, ttl: number, minimum: number): Answer => ({
  type: "SOA",
  name,
  ttl,
  data: { mname: "ns.example", rname: "host.example", serial: 1, refresh: 2, retry: 3, expire: 4, minimum },
});
/** Every name has one address. */
export const everyName =
  (ttl: number): Scenario =>
  ({ name }) => ({ answers: [record(name, ttl)] });

/**
 * A DNS server on loopback that does what a test tells it to, and remembers what it was asked. Root NS questions
 * (probes) are answered and not remembered.
 */
export class TestUpstream {
  /**
   * A packet that is sent again, as it is when the answer is late, asks nothing new: it is here once, and in `packets`
   * each time.
   */
  readonly asked: Asked[] = [];
  readonly packets: Asked[] = [];
  readonly #packets = new Set<string>();
  scenario: Scenario;
  port = 0;
  #udp = createSocket("udp4");
  readonly #tcp = createServer((socket) => this.#serveTcp(socket));
  readonly #sockets = new Set<Socket>();
  #isUdpOnly = false;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  static async start(scenario: Scenario): Promise<TestUpstream> {
    const server = new TestUpstream(scenario);
    await server.listen();
    return server;
  }

  /** On the port it had, or on one that is free for both transports. */
  async listen(): Promise<void> {
    if (this.port === 0) this.port = await freePort();
    this.#udp = createSocket("udp4", (packet, from) => this.#serveUdp(packet, from));
    const bound = once(this.#udp, "listening");
    this.#udp.bind({ address: "127.0.0.1", port: this.port });
    await bound;
    const listening = once(this.#tcp, "listening");
    this.#tcp.listen(this.port, "127.0.0.1");
    await listening;
  }

  stop(): void {
    this.#isUdpOnly = false;
    this.#udp.close();
    this.#tcp.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** From now on nothing listens for TCP. */
  stopTcp(): void {
    this.#isUdpOnly = true;
    this.#tcp.close();
  }

  #remember(asked: Asked): void {
    const { name, transport, id, port } = asked;
    const isAgain = this.#packets.has(JSON.stringify([name, transport, id, port]));
    this.#packets.add(JSON.stringify([name, transport, id, port]));
    this.packets.push(asked);
    if (!isAgain) this.asked.push(asked);
  }

  #serveUdp(packet: Buffer, from: RemoteInfo): void {
    this.#answer(packet, "udp", from.port, (reply) => {
      // A reply that was held back may come after the test's end.
      if (this.#tcp.listening || this.#isUdpOnly) this.#udp.send(reply, from.port, from.address);
    });
  }

  #serveTcp(socket: Socket): void {
    this.#sockets.add(socket);
    const unframer = new Unframer(65_535);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("data", (chunk) => {
      for (const packet of unframer.push(chunk)) {
        if (typeof packet !== "string")
          this.#answer(packet, "tcp", socket.remotePort ?? 0, (reply) => socket.write(frame(reply)));
      }
    });
  }

  #answer(packet: Buffer, transport: "udp" | "tcp", port: number, send: (reply: Buffer) => void): void {
    const query = decode(packet);
    const question = query.questions?.[0];
    if (question === undefined) return;
    const opt = query.additionals?.find((each) => each.type === "OPT");
    const asked: Asked = {
      name: question.name.toLowerCase(),
      type: question.type,
      transport,
      port,
      id: query.id ?? 0,
      flagCd: query.flag_cd,
      flagDo: opt?.type === "OPT" && opt.flag_do,
      ednsBytes: opt?.type === "OPT" ? opt.udpPayloadSize : undefined,
    };
    const isProbe = question.type === "NS" && (question.name === "." || question.name === "");
    if (!isProbe) this.#remember(asked);
    const script = isProbe ? { rcode: 0 } : this.scenario(asked);
    const isTruncated = transport === "udp" && script.truncatedOverUdp === true;
    const packetOut: Packet = {
      type: "response",
      id: query.id,
      flags: 0x0180 | (script.flags ?? 0) | (isTruncated ? 0x0200 : 0) | (script.rcode ?? 0),
      questions: [question],
      answers: isTruncated ? [] : (script.answers ?? []),
      authorities: script.authorities ?? [],
      additionals: script.additionals ?? [
        {
          type: "OPT",
          name: ".",
          udpPayloadSize: 1232,
          extendedRcode: 0,
          ednsVersion: 0,
          flags: asked.flagDo ? 0x8000 : 0,
          flag_do: asked.flagDo,
          options: [],
        },
      ],
    };
    const replies = script.tamper === undefined ? [encode(packetOut)] : script.tamper(encode(packetOut));
    for (const reply of replies) {
      if (script.hold !== undefined) script.hold(() => send(reply));
      else if (script.delayMs === undefined) send(reply);
      else setTimeout(send, script.delayMs, reply);
    }
  }
}
