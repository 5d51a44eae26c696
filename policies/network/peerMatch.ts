import { isIP } from "node:net";
import { holdsAll, inBlock } from "./address";
import type { Endpoint, Port, Protocol } from "./endpoint";
import type { Entity, Peer, PortRange } from "./rules";
import { both, match, type Match } from "./selector";

/** Whether a rule's peer is the other end of a connection. */
export function peerMatch(peer: Peer, other: Endpoint): Match {
  switch (peer.kind) {
    case "anyone":
      return "yes";
    case "pods":
      if (other.kind !== "pod") return "no";
      return both(
        match(peer.namespaces, other.namespaceLabels, other.hasOpenNamespace),
        match(peer.pods, other.labels, other.hasOpenLabels),
      );
    case "block":
      return blockMatch(peer, other);
    case "entity":
      return isEntity(peer.entity, other) ? "yes" : "no";
    case "name":
      if (other.kind === "name") return other.name === peer.name ? "yes" : "no";
      return other.kind === "address" && other.mayHaveName === true ? "maybe" : "no";
    case "unknown":
      return other.kind === "pod" && !peer.mayHoldPods ? "no" : "maybe";
  }
}

function blockMatch({ block, holdsPods }: Extract<Peer, { kind: "block" }>, other: Endpoint): Match {
  if (other.kind === "name") return "no";
  if (other.ip !== undefined) return inBlock(other.ip, block) ? "yes" : "no";
  if (holdsPods !== true) return "no";
  return holdsAll(block) ? "yes" : "maybe";
}

function isEntity(entity: Entity, other: Endpoint): boolean {
  switch (entity) {
    case "all":
      return true;
    case "cluster":
      return other.kind === "pod" || (other.kind === "address" && other.entity !== undefined);
    case "world":
      return other.kind === "name" || (other.kind === "address" && other.entity === undefined);
    case "world-ipv4":
    case "world-ipv6":
      return (
        other.kind === "address" && other.entity === undefined && isIP(other.ip) === (entity === "world-ipv4" ? 4 : 6)
      );
    default:
      return other.kind === "address" && other.entity === entity;
  }
}

/** @param destination undefined where it is anyone: a port's name then leads to a number that is not known. */
export function portMatch(
  ranges: readonly PortRange[] | undefined,
  destination: Endpoint | undefined,
  port: Port,
  protocol: Protocol,
): Match {
  if (ranges === undefined) return "yes";
  let found: Match = "no";
  for (const range of ranges) {
    const matched = rangeMatch(range, destination, port, protocol);
    if (matched === "yes") return "yes";
    if (matched === "maybe") found = "maybe";
  }
  return found;
}

function rangeMatch(range: PortRange, destination: Endpoint | undefined, port: Port, protocol: Protocol): Match {
  if (range.protocol !== undefined && range.protocol !== protocol) return "no";
  if (range.port === undefined) return "yes";
  if (typeof range.port === "number") {
    if (typeof port === "string") return "maybe";
    const last = range.endPort ?? range.port;
    return port >= range.port && port <= last ? "yes" : "no";
  }
  if (typeof port === "string") return range.port === port ? "yes" : "no";
  return namedPortMatch(range.port, destination, port, protocol);
}

function namedPortMatch(name: string, destination: Endpoint | undefined, port: number, protocol: Protocol): Match {
  // Addresses have no names for their ports.
  if (destination !== undefined && destination.kind !== "pod") return "no";
  if (destination?.ports === undefined) return "maybe";
  const isIt = destination.ports.some((each) => each.name === name && each.port === port && each.protocol === protocol);
  return isIt ? "yes" : "no";
}
