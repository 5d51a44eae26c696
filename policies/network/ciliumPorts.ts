import { at, isList, list, text, type Value } from "../model/value";
import type { PortRange } from "./rules";
import type { Protocol } from "./endpoint";

/**
 * The ports of a rule; undefined for all. Rules of the application layer narrow what may be said on a connection, not
 * who may open it, and count for nothing here.
 */
export function ciliumPorts(rule: Value): readonly PortRange[] | undefined {
  const ports = at(rule, "toPorts");
  const written = isList(ports) && ports.length > 0 ? ports.flatMap(portRanges) : undefined;
  // A rule for ICMP opens no port.
  return written ?? (list(rule, "icmps").length > 0 ? [] : undefined);
}

function portRanges(written: Value): PortRange[] {
  const ports = list(written, "ports");
  if (ports.length === 0) return [{ port: undefined, endPort: undefined, protocol: undefined }];
  return ports.flatMap((each) => {
    const word = (text(each, "protocol") ?? "ANY").toUpperCase();
    if (word.startsWith("ICMP")) return [];
    const end = at(each, "endPort");
    return [
      {
        port: portOf(at(each, "port")),
        endPort: typeof end === "number" && end > 0 ? end : undefined,
        protocol: protocol(word),
      },
    ];
  });
}

/** A number may be written as text; 0 stands for every port. */
function portOf(port: Value | undefined): number | string | undefined {
  if (typeof port === "string" && !/^\d+$/.test(port)) return port;
  const number = typeof port === "string" || typeof port === "number" ? Number(port) : 0;
  return number === 0 ? undefined : number;
}

/** Undefined for any. */
const protocol = (word: string): Protocol | undefined =>
  word === "TCP" || word === "UDP" || word === "SCTP" ? word : undefined;
