import type { Engine } from "../../server/types";
import { at, list, peek } from "./value";
import { words, type Container } from "./workload";

/** Images of servers, by the last part of their names. */
const IMAGES: ReadonlyMap<string, Engine> = new Map<string, Engine>([
  ["dragonfly", "dragonfly"],
  ["dragonfly-weekly", "dragonfly"],
  ["redis", "redis"],
  ["redis-stack", "redis"],
  ["redis-stack-server", "redis"],
  ["redis-cluster", "redis"],
  ["valkey", "redis"],
  ["valkey-bundle", "redis"],
  ["valkey-cluster", "redis"],
  ["keydb", "redis"],
]);
const COMMANDS: ReadonlyMap<string, Engine> = new Map<string, Engine>([
  ["dragonfly", "dragonfly"],
  ["redis-server", "redis"],
  ["valkey-server", "redis"],
  ["keydb-server", "redis"],
]);
/** Programs in the same images that serve nobody. */
const CLIENTS = /(^|[/\s])(redis|valkey|keydb)-(cli|benchmark|check-\w+|sentinel)\b/;
const CLIENT_PORT = 6379;

/** The last part of an image's name, without tag and digest. */
export function imageName(image: string): string {
  const path = image.split("@")[0] ?? "";
  const last = path.slice(path.lastIndexOf("/") + 1);
  return last.split(":")[0] ?? "";
}

/** The server in an image; undefined where it is none that is known. */
export const engineOfImage = (image: string): Engine | undefined => IMAGES.get(imageName(image).toLowerCase());

/** Which server a container runs; undefined where it runs none. What is started counts before the image's name. */
export function engineOf(container: Container): Engine | undefined {
  const commands = words(container)
    .flatMap((word) => word.split(/[\s;&|]+/))
    .map((word) => COMMANDS.get(word.slice(word.lastIndexOf("/") + 1)))
    .filter((engine) => engine !== undefined);
  if (commands[0] !== undefined) return commands[0];
  const image = peek(container.body, "image");
  if (typeof image !== "string") return undefined;
  return startsByScript(container) && !listensForClients(container) ? undefined : engineOfImage(image);
}

/** Whether what a container starts is not said by its words: then its flags are not known. */
export const startsByScript = (container: Container): boolean =>
  list(container.body, "command").length > 0 &&
  !words(container).some((word) =>
    word.split(/[\s;&|]+/).some((part) => COMMANDS.has(part.slice(part.lastIndexOf("/") + 1))),
  );

/** A server behind a script still says on which port it is reached. */
const listensForClients = (container: Container): boolean =>
  !words(container).some((word) => CLIENTS.test(word)) &&
  list(container.body, "ports").some((port) => at(port, "containerPort") === CLIENT_PORT);
