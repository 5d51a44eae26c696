import { dataEntry } from "../../model/cache";
import type { Resource } from "../../model/resource";
import type { Stack } from "../../model/stack";
import { isMap, list, peek, text, Unknown } from "../../model/value";
import { cachePods, type CachePods } from "../../network/exposedPorts";
import { after, sections, type Section } from "../../network/haproxy";
import { isLocalSocket, linkListeners, type LinkListener } from "../../network/linkListeners";
import { notJudged, violation, type Finding, type Rule } from "../../rule";
import { eachCacheStack } from "../each";

/** Trap: Dragonfly's own TLS checks no name, and falls back to plain text without a key file. */
export const linkTls: Rule = {
  name: "network-link-tls",
  family: "network",
  level: "mandatory",
  severity: "critical",
  description: "Both ends of the link show a certificate and are checked by name.",
  reads: "haproxy.cfg and link.cfg in the gateway's ConfigMap; the server's TLS flags",
  remedy:
    "Bind the link with ssl, verify required and a check of the client's name; reach peers with ssl, crt, " +
    "ca-file, verify required and verifyhost.",
  link: "https://docs.haproxy.org/2.8/configuration.html#5.1-verify",
  configSchema: {},
  judge: (deployment) =>
    eachCacheStack(deployment, function* (stack) {
      for (const pods of cachePods(stack)) yield* judge(stack, pods);
      for (const cache of stack.caches) {
        if (cache.flags.has("tls_replication") && !cache.flags.has("tls_key_file")) {
          yield violation(
            { resource: cache.resource },
            "tls_replication without tls_key_file: replication falls back to plain text",
          );
        }
      }
    }),
};

function* judge(stack: Stack, { gateways, namespace }: CachePods): Iterable<Finding> {
  for (const gateway of gateways) {
    for (const volume of list(gateway.podSpec, "volumes")) {
      const name = text(volume, "configMap", "name");
      const holder = stack.ofKind("", "ConfigMap").find((each) => each.namespace === namespace && each.name === name);
      const data = holder === undefined ? undefined : peek(holder.body, "data");
      if (holder === undefined || !isMap(data)) continue;
      const files = Object.keys(data).filter((each) => each.endsWith(".cfg"));
      const unknown = files.filter((key) => dataEntry(holder, key) instanceof Unknown);
      // One file leads to the other's sockets: what one of them says is not judged without the other.
      for (const key of unknown) yield notJudged({ resource: holder.resource }, `${key} is not known yet`);
      if (unknown.length > 0) continue;
      const read = files.flatMap((key) => {
        const written = dataEntry(holder, key);
        return written instanceof Unknown ? [] : sections(written ?? "");
      });
      yield* judgeConfiguration(read, holder.resource, namespace);
    }
  }
}

function* judgeConfiguration(read: readonly Section[], resource: Resource, namespace: string): Iterable<Finding> {
  const findings = [
    ...linkListeners(read).flatMap(bindFaults),
    ...read.flatMap((section) => serverFaults(section, namespace)),
  ];
  for (const message of findings) yield violation({ resource }, message, { config: ["peers"] });
}

function bindFaults({ section, bind }: LinkListener): string[] {
  const faults = tlsFaults(bind, false);
  if (!checksName(section)) faults.push("lets in whoever has a certificate, without a look at the name");
  return faults.map((fault) => `${section.kind} ${section.name} ${fault}`);
}

/** A connection goes on only under an acl that compares the name in the client's certificate. */
function checksName(section: Section): boolean {
  const compares = ([word, , fetch, flag, method, ...values]: readonly string[]): boolean =>
    word === "acl" && /^ssl_c_s_dn\(cn\)$/i.test(fetch ?? "") && flag === "-m" && method === "str" && values.length > 0;
  const named = section.lines.filter(compares).map(([, name]) => name);
  return section.lines.some(([word, stage, action, condition, ...names]) => {
    const rejects = word === "tcp-request" && stage === "content" && action === "reject" && condition === "unless";
    return rejects && names.length === 1 && named.includes(names[0]);
  });
}

function serverFaults(section: Section, namespace: string): string[] {
  return section.lines
    .filter(([word, , address]) => word === "server" && isElsewhere(address ?? "", namespace))
    .flatMap((server) =>
      tlsFaults(server, true).map((fault) => `${section.kind} ${section.name}, server ${server[1] ?? ""} ${fault}`),
    );
}

/** Servers of this site are told by their Service's name; sockets are of the same pod. */
const isElsewhere = (address: string, namespace: string): boolean =>
  !isLocalSocket(address) && !new RegExp(`^[a-z0-9-]+(\\.${namespace}(\\.svc.*)?)?:\\d+$`).test(address);

function tlsFaults(words: readonly string[], needsHost: boolean): string[] {
  const faults: string[] = [];
  if (!words.includes("ssl")) faults.push("speaks without TLS");
  if (after(words, "crt") === undefined) faults.push("shows no certificate");
  if (after(words, "ca-file") === undefined) faults.push("knows no CA to check certificates with");
  if (after(words, "verify") !== "required") faults.push("does not insist on the other's certificate");
  if (needsHost && after(words, "verifyhost") === undefined) faults.push("does not check the peer's name");
  return faults;
}
