// An application with a client of Node in its default configuration: LIBRARY HOST PORT USER, the password in PASSWORD.
import { createClient } from "@redis/client";
import Redis from "ioredis";
import { report } from "./report";

const [library = "", host = "", port = "", username = ""] = process.argv.slice(2);
const password = process.env["PASSWORD"] ?? "";
const key = `cache:client:${library}:${process.pid}`;
/** Told by an event: the library goes on by itself, and so does an application. */
const goesOn = (): void => undefined;

async function ioredis(): Promise<void> {
  const redis = new Redis({ host, port: Number(port), username, password });
  redis.on("error", goesOn);
  console.log(JSON.stringify(await report(library, (number) => redis.set(key, String(number)))));
  redis.disconnect();
}

async function nodeRedis(): Promise<void> {
  const client = createClient({ socket: { host, port: Number(port) }, username, password });
  client.on("error", goesOn);
  await client.connect();
  console.log(JSON.stringify(await report(library, (number) => client.set(key, String(number)))));
  client.destroy();
}

(library === "ioredis" ? ioredis() : nodeRedis()).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
