import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { parse } from "yaml";
import type { ApiAccess } from "./apiAccess";
import { defined, recordOf } from "../../server/records";

/**
 * Reads an ordinary kubeconfig (certificates or a token) by itself, for the client library takes a third of a second of
 * processor time to load and a failover waits for it. Null: the file uses something that only the library knows
 * (credential plugins, providers, proxies, impersonation, user names).
 * @throws Error with a clause for messages when the file or the context is not there.
 */
export async function readPlainKubeconfig(file: string, context: string | null): Promise<ApiAccess | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new Error(
      `kubeconfig ${file} cannot be read ` +
        `(${error instanceof Error && "code" in error ? String(error.code) : "no such file"})`,
    );
  }
  const config = recordOf(parse(text));
  const name = context ?? textOf(config["current-context"]);
  if (name === null)
    throw new Error(`kubeconfig ${file} has no current-context; name the context in the site's configuration`);
  const chosen = named(config["contexts"], name, "context");
  if (chosen === null) throw new Error(`kubeconfig ${file} has no context "${name}"`);
  const cluster = named(config["clusters"], textOf(chosen["cluster"]) ?? "", "cluster");
  if (cluster === null || textOf(cluster["server"]) === null)
    throw new Error(`kubeconfig ${file} has no cluster for context "${name}"`);
  const user = named(config["users"], textOf(chosen["user"]) ?? "", "user") ?? {};

  const known = new Set([
    "client-certificate",
    "client-certificate-data",
    "client-key",
    "client-key-data",
    "token",
    "tokenFile",
  ]);
  if (cluster["proxy-url"] !== undefined || Object.keys(user).some((key) => !known.has(key))) return null;

  const folder = dirname(file);
  const bytes = async (source: Record<string, unknown>, key: string): Promise<Buffer | undefined> => {
    const data = textOf(source[`${key}-data`]);
    if (data !== null) return Buffer.from(data, "base64");
    const path = textOf(source[key]);
    return path === null ? undefined : readFile(isAbsolute(path) ? path : join(folder, path));
  };
  const tokenFile = textOf(user["tokenFile"]);
  const token = tokenFile === null ? textOf(user["token"]) : (await readFile(tokenFile, "utf8")).trim();
  const [ca, cert, key] = [
    await bytes(cluster, "certificate-authority"),
    await bytes(user, "client-certificate"),
    await bytes(user, "client-key"),
  ];
  const servername = textOf(cluster["tls-server-name"]);
  return {
    server: new URL(String(cluster["server"])),
    tls: {
      ...defined({ ca, cert, key }),
      ...(servername === null ? {} : { servername }),
      ...(cluster["insecure-skip-tls-verify"] === true ? { rejectUnauthorized: false } : {}),
    },
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    agent: null,
  };
}

const textOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

function named(list: unknown, name: string, inner: string): Record<string, unknown> | null {
  if (!Array.isArray(list)) return null;
  const entry = list.map(recordOf).find((e) => e["name"] === name);
  return entry === undefined ? null : recordOf(entry[inner]);
}
