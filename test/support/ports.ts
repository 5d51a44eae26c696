import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below those that the kernel gives to whoever asks for any one (from 32768 on): no connection and no other test takes
 * it meanwhile.
 */
const LEAST_PORT = 20_000;
const MOST_PORT = 29_999;
const MOST_ATTEMPTS = 100;
const given = new Set<number>();

async function isFreeForTcp(port: number): Promise<boolean> {
  const probe = createServer();
  const bound = once(probe, "listening");
  probe.listen(port, "127.0.0.1");
  try {
    await bound;
  } catch {
    return false;
  }
  probe.close();
  await once(probe, "close");
  return true;
}

async function isFreeForUdp(port: number): Promise<boolean> {
  const probe = createSocket("udp4");
  const bound = once(probe, "listening");
  probe.bind(port, "127.0.0.1");
  try {
    await bound;
    return true;
  } catch {
    return false;
  } finally {
    probe.close();
  }
}

/** A port of loopback on which nobody listens, over TCP or UDP. This process is given each one once. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const port = randomInt(LEAST_PORT, MOST_PORT + 1);
    if (given.has(port)) continue;
    given.add(port);
    if ((await isFreeForTcp(port)) && (await isFreeForUdp(port))) return port;
  }
  throw new Error(`no port between ${LEAST_PORT} and ${MOST_PORT} is free`);
}
