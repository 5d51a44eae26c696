import { ports } from "../../server/ports";
import { portOf, type Section } from "./haproxy";

/** A place where a peer's connection is let in: a section of the gateway and its bind line. */
export interface LinkListener {
  readonly section: Section;
  readonly bind: readonly string[];
}

const LOCAL_SOCKET = /^abns@/;

/** Within the pod: no other pod can speak to it. */
export const isLocalSocket = (address: string | undefined): boolean => LOCAL_SOCKET.test(address ?? "");

const isListener = ({ kind }: Section): boolean => kind === "frontend" || kind === "listen";

const binds = (read: readonly Section[], matches: (address: string | undefined) => boolean): LinkListener[] =>
  read
    .filter(isListener)
    .flatMap((section) =>
      section.lines.filter(([word, address]) => word === "bind" && matches(address)).map((bind) => ({ section, bind })),
    );

/** The servers that a section leads to. */
function serversOf(read: readonly Section[], section: Section): readonly (readonly string[])[] {
  const names = section.lines
    .filter(([word]) => word === "use_backend" || word === "default_backend")
    .map(([, name]) => name);
  return [section, ...read.filter(({ kind, name }) => kind === "backend" && names.includes(name))].flatMap(
    ({ lines }) => lines.filter(([word]) => word === "server"),
  );
}

/**
 * Where the link's connections are judged: at the link's port itself, or, where that hands them on unopened to sockets
 * of the same pod and to nothing else, at those. `read` are the sections of all of the gateway's files.
 */
export function linkListeners(read: readonly Section[]): readonly LinkListener[] {
  return binds(read, (address) => portOf(address) === ports.link).flatMap((front) => {
    if (front.bind.includes("ssl")) return [front];
    const addresses = serversOf(read, front.section).map(([, , address]) => address);
    const behind = binds(read, (address) => isLocalSocket(address) && addresses.includes(address));
    const handsOn =
      behind.length > 0 &&
      addresses.every((address) => isLocalSocket(address) && behind.some(({ bind }) => bind[1] === address));
    return handsOn ? behind : [front];
  });
}
