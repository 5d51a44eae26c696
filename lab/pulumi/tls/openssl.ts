// Keys, requests and certificates by the machine's openssl. Secrets go by files of mode 0600 that are gone at the end.
import { execFileSync } from "node:child_process";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Key {
  readonly privateKeyPem: string;
  readonly privateKeyPemPkcs8: string;
  readonly publicKeyPem: string;
}

export interface Validity {
  readonly start: Date;
  readonly hours: number;
}

/** A key on the curve P-256, the only one that the lab's stacks ask for. */
export function newKey(): Key {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    privateKeyPem: privateKey.export({ type: "sec1", format: "pem" }).toString(),
    privateKeyPemPkcs8: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKeyPem: createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString(),
  };
}

type Files = (name: string, content?: string) => string;

function inFolder<T>(work: (file: Files) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "tls-"));
  try {
    return work((name, content) => {
      const path = join(folder, name);
      if (content !== undefined) writeFileSync(path, content, { mode: 0o600 });
      return path;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function openssl(args: readonly string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}

/** openssl 3.0 counts in whole days: the rest is rounded up. */
const days = ({ hours }: Validity): string => String(Math.max(1, Math.ceil(hours / 24)));

const extensions = (lines: readonly string[]): string => `${lines.join("\n")}\n`;

export function selfSigned(key: string, commonName: string, isAuthority: boolean, validity: Validity): string {
  return inFolder((file) => {
    const out = file("out.pem");
    openssl([
      ...["req", "-x509", "-new", "-key", file("key.pem", key), "-subj", `/CN=${commonName}`, "-days", days(validity)],
      ...["-addext", `basicConstraints=critical,CA:${isAuthority ? "TRUE" : "FALSE"}`],
      ...["-addext", `keyUsage=critical,${isAuthority ? "keyCertSign,cRLSign" : "digitalSignature"}`, "-out", out],
    ]);
    return readFileSync(out, "utf8");
  });
}

export function request(key: string, commonName: string, names: readonly string[]): string {
  return inFolder((file) => {
    const out = file("out.pem");
    const alternatives = names.map((name) => `DNS:${name}`).join(",");
    openssl([
      ...["req", "-new", "-key", file("key.pem", key), "-subj", `/CN=${commonName}`, "-out", out],
      ...(names.length === 0 ? [] : ["-addext", `subjectAltName=${alternatives}`]),
    ]);
    return readFileSync(out, "utf8");
  });
}

export function signed(
  csr: string,
  authority: { readonly key: string; readonly certificate: string },
  validity: Validity,
): string {
  return inFolder((file) => {
    const out = file("out.pem");
    const usage = extensions([
      "basicConstraints=critical,CA:FALSE",
      "keyUsage=critical,digitalSignature",
      "extendedKeyUsage=serverAuth,clientAuth",
      "authorityKeyIdentifier=keyid",
    ]);
    openssl([
      ...["x509", "-req", "-in", file("csr.pem", csr), "-copy_extensions", "copy", "-days", days(validity)],
      ...["-CA", file("ca.pem", authority.certificate), "-CAkey", file("ca.key", authority.key), "-CAcreateserial"],
      ...["-extfile", file("usage.cnf", usage), "-out", out],
    ]);
    return readFileSync(out, "utf8");
  });
}
