import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { encode } from "dns-packet";
import { sampler, zipfShares } from "./zipf";

export interface Workload {
  readonly names: number;
  readonly exponent: number;
  /** Queries a second, over all replicas; each goes to one by chance. */
  readonly rate: number;
  /** Seconds before counting begins, and while it lasts. */
  readonly warmUp: number;
  readonly seconds: number;
}

const TICK_MS = 5;
/** Numerical Recipes' generator: the same names in each run. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** Asks the servers at `ports` for names by Zipf's law. Calls `begin` when counting begins. */
export async function runWorkload(
  ports: readonly number[],
  { names, exponent, rate, warmUp, seconds }: Workload,
  begin: () => Promise<void>,
): Promise<void> {
  const random = seeded(7);
  const next = sampler(zipfShares(names, exponent), random);
  const packets = Array.from({ length: names }, (_, i) =>
    encode({ type: "query", id: i & 0xffff, flags: 0x0100, questions: [{ type: "A", name: `z${i}.bench.example` }] }),
  );
  const sockets = await Promise.all(ports.map(connectedTo));
  const askFor = async (time: number): Promise<void> => {
    const start = performance.now();
    for (let sent = 0; sent < rate * time;) {
      const due = Math.min(rate * time, ((performance.now() - start) / 1000) * rate);
      for (; sent < due; sent++)
        sockets[Math.floor(random() * sockets.length)]?.send(packets[next()] ?? Buffer.alloc(0));
      await delay(TICK_MS);
    }
  };
  try {
    await askFor(warmUp);
    await begin();
    await askFor(seconds);
  } finally {
    for (const socket of sockets) socket.close();
  }
}

async function connectedTo(port: number): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("error", () => undefined);
  socket.on("message", () => undefined);
  socket.connect(port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}
